"""Starts stats as an operating-system process of its own."""

from services.stats import app

if __name__ == "__main__":
    app.main()
