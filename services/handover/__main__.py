"""Starts handover as an operating-system process of its own."""

from services.handover import app

if __name__ == "__main__":
    app.main()
