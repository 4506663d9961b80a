"""The desk as JSON under /api: lists and actions of the pages, through the pages' own functions.

Nothing is decided here: who may see and do what comes from ``tingxue.desk.access``.
"""
