"""Entries of any shape, for hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from notou.esim.sgp22.metadata import ProfileClass
from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.entry import Entry, Installed, ProfileState, Reusable

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SIGNS = _LETTERS + "0123456789"

labels = st.text(_SIGNS, min_size=1, max_size=8)
servers = st.builds(
    lambda parts, port: ".".join(parts) + port,
    st.lists(labels, min_size=2, max_size=4),
    st.sampled_from(["", ":8443"]),
)
oids = st.sampled_from(["", "1.3.6.1.4.1.31746", "2.999"])
codes = st.builds(
    ActivationCode,
    server=servers,
    matching_id=st.text(_SIGNS + "-", max_size=30),
    oid=oids,
    needs_confirmation=st.booleans(),
).flatmap(
    lambda code: st.sampled_from([(), ("abc",), ("", "1")]).map(
        lambda later: (
            ActivationCode(code.server, code.matching_id, code.oid or "1.2", code.needs_confirmation, later)
            if later
            else code
        )
    )
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
plain: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
others = st.dictionaries(st.sampled_from(["later", "newer", "é"]), plain, max_size=2)
digits = st.text("0123456789", min_size=32, max_size=32)
installed = st.builds(
    Installed,
    device=texts,
    eid=st.just("") | digits,
    iccid=st.just("") | digits.map(lambda each: each[:20]),
    profile_name=texts,
    nickname=texts,
    profile_class=st.none() | st.sampled_from(ProfileClass),
    state=st.sampled_from(ProfileState),
    since=st.none() | st.dates(),
    notification_addresses=st.lists(texts, max_size=2).map(tuple),
    other=others,
)
entries = st.builds(
    Entry,
    id=st.just("abc123"),
    code=st.none() | codes,
    confirmation_code=texts,
    provider=texts,
    order_number=texts,
    valid_until=st.none() | st.dates(),
    reusable=st.sampled_from(Reusable),
    installed=st.none() | installed,
    number=st.sampled_from(["", "+687123456"]),
    network=st.sampled_from(["", "546-01"]),
    apn=texts,
    pin=texts,
    puk=texts,
    added_on=st.none() | st.dates(),
    note=texts,
    other=others,
)
