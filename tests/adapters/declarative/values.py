"""JSON as it may come from anybody."""

from hypothesis import strategies as st

WORDS = ("a", "b", "people", "role", "id", "", "begin", "end", "state", "LIVE", "DONE")

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    | st.sampled_from(WORDS)
    | st.datetimes().map(lambda instant: f"{instant.isoformat()}Z")
)

JSON = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=8,
)
