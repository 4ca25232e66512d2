"""The conformance kit: thirteen laws, and a harness to try any adapter on them.

``suite`` puts them into pytest, and ``examination`` gives a report without it. Nothing is imported
here, since pytest loads the plugin at every start.
"""
