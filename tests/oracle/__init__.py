"""The oracle: the model of docs/odd.md told a second time, one trial after the other, in plain Python.

It exists to be compared with the engine (``tests/model/test_oracle.py``) and to be read: floats, lists and
dicts only. Start at ``oracle.py``, where the week is; then ``war``, ``third_parties``, ``convening``, ``bargaining``
and ``truces``, in the order in which the week asks for them. What things are worth is in ``utility``, what can be
signed in ``packages``, who would sign it in ``ranges``. ``test_worked_values.py`` has values worked by hand.
"""
