"""What a verification found: each finding a stable code and the link it concerns."""

from dataclasses import dataclass
from typing import TypedDict

from kodipest.engines.sanad.attestation import Body

NOTES = frozenset({"name_withheld", "date_backwards", "content_not_compared"})
"""Codes that tell without condemning: a withheld name is lawful, a clock may be wrong, and the
work itself may not be at hand."""


@dataclass(frozen=True)
class Finding:
    """One thing to know about a chain. `index` counts links from 0; None is the whole document."""

    code: str
    index: int | None = None
    detail: str = ""

    @property
    def is_fault(self) -> bool:
        return self.code not in NOTES


@dataclass(frozen=True)
class Line:
    """One link as a reader may see it; `name` is None when it is withheld."""

    id: str
    body: Body
    name: str | None


class FindingDict(TypedDict):
    code: str
    index: int | None
    fault: bool
    detail: str


@dataclass(frozen=True)
class Report:
    """The outcome of a verification: trust the chain only if `is_valid`."""

    findings: tuple[Finding, ...]
    lines: tuple[Line, ...]

    @property
    def is_valid(self) -> bool:
        return bool(self.lines) and not self.faults

    @property
    def faults(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_fault)

    @property
    def codes(self) -> list[tuple[str, int | None]]:
        """The faults as (code, index), in the order of the chain: for programs and tests."""
        return [(finding.code, finding.index) for finding in self.faults]

    def as_dict(self) -> dict[str, object]:
        return {
            "valid": self.is_valid,
            "findings": [
                FindingDict(
                    code=finding.code,
                    index=finding.index,
                    fault=finding.is_fault,
                    detail=finding.detail,
                )
                for finding in self.findings
            ],
            "links": [{"id": line.id, "body": line.body, "name": line.name} for line in self.lines],
        }
