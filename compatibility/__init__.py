"""What was promised in a release stays true: its schemas, topics and examples are kept, and everything new is compared with all of them.

Needed where the code is checked, never where it runs: no service imports it and no image holds it.
"""
