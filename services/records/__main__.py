"""`python -m services.records`."""

from services.records.app import main

if __name__ == "__main__":
    main()
