"""The duty desk (值守台): pages for people who sign, hand over and answer.

Only ``tingxue desk serve`` and the demo load this package; what watches and collects never does.
"""
