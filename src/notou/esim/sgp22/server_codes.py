"""What an operator's server means by a subject and a reason code, as sentences (SGP.22, 5.2.6 and 5.6).

What may not enter: what a chip answers (results), how a server is reached.
"""

from __future__ import annotations

from notou.sentence import Sentence, say

_OTHER_CHIP = say(
    "The activation code belongs to another chip: it was used there, or is bound to it. "
    "Ask the operator for a new one."
)
_CHIP_REFUSED = say("The operator's server does not accept this chip's certificate.")
_NOT_READY = say("The operator has not released this profile yet; try again later, or ask the operator.")
_USED_UP = say(
    "The activation code was tried too often, or was used already; ask the operator for a new one."
)

_MEANINGS: dict[tuple[str, str], Sentence] = {
    ("8.1", "4.8"): say("The chip has no room for this profile; delete one that you no longer need."),
    ("8.1", "6.1"): say("The operator's server found the chip's signature to be wrong."),
    ("8.1.1", "2.2"): say("The operator's server wants to know the chip before: give the operator its EID."),
    ("8.1.1", "3.1"): _OTHER_CHIP,
    ("8.1.1", "3.8"): _OTHER_CHIP,
    ("8.1.2", "6.1"): _CHIP_REFUSED,
    ("8.1.2", "6.3"): _CHIP_REFUSED,
    ("8.1.3", "6.1"): _CHIP_REFUSED,
    ("8.1.3", "6.3"): _CHIP_REFUSED,
    ("8.2", "1.2"): _NOT_READY,
    ("8.2", "3.7"): say(
        "The profile was downloaded already and cannot be given out again; ask the operator."
    ),
    ("8.2.5", "3.7"): say("The operator has no profile left of this kind; ask the operator."),
    ("8.2.5", "4.3"): say("The operator has no profile that suits this chip or device; ask the operator."),
    ("8.2.6", "3.8"): say(
        "The operator's server does not know this activation code: see that it is complete. "
        "If it is, it was used up or has been withdrawn; ask the operator for a new one."
    ),
    ("8.2.7", "2.2"): say("The operator's server wants a confirmation code, which the operator gave apart."),
    ("8.2.7", "3.8"): say("The confirmation code is wrong; few tries are allowed, so look it up first."),
    ("8.2.7", "6.4"): say(
        "The confirmation code was wrong too often, and the activation code is of no use any more; "
        "ask the operator for a new one."
    ),
    ("8.8.1", "3.8"): say("The operator's server says that it is not the one the activation code names."),
    ("8.8.2", "3.1"): say("The chip and the operator's server share no authority that both trust."),
    ("8.8.3", "3.1"): say("The operator's server does not serve chips of this version."),
    ("8.8.4", "3.7"): say("The operator's server has no certificate that this chip can check."),
    ("8.8.5", "4.10"): say("The activation code has expired; ask the operator for a new one."),
    ("8.8.5", "4.1"): say("The activation code has expired; ask the operator for a new one."),
    ("8.8.5", "6.4"): _USED_UP,
    ("8.9.1", "3.8"): say("The discovery server says that it is not the one that was asked for."),
    ("8.9.5", "3.9"): say("Nothing waits for this chip at the discovery server."),
    ("8.10.1", "3.9"): say("The operator's server has forgotten this exchange; start the download again."),
    ("8.11.1", "3.9"): say("The operator's server does not know the authority this chip is certified by."),
}


def server_sentence(subject: str, reason: str) -> Sentence:
    """The sentence for the two codes; one that names them where they are not known."""
    known = _MEANINGS.get((subject, reason))
    if known is not None:
        return known
    return say(
        "The operator's server refused, and gives only codes for why (subject {subject}, reason {reason}).",
        subject=subject, reason=reason,
    )  # fmt: skip
