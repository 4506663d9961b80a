"""The demo: one invented season week, as the real files and pages a duty officer would have."""
