"""Starts intel as an operating-system process of its own."""

from services.intel import app

if __name__ == "__main__":
    app.main()
