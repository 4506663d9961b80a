"""Kibana as code: five boards in Chinese, as typed objects.

One panel object says what is counted (``panels``); from it come both what Kibana is told
(``bodies``, put there by ``server``) and what Elasticsearch is asked (``asking``), so that the
numbers on a board can be proven without a Kibana, and looked at (``preview``).
"""
