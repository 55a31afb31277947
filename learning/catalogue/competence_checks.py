"""Whether a course's competences exist, and its outcomes build them."""

from __future__ import annotations

import yaml

from learning.activities.registry import Reporter
from learning.catalogue.frameworks import Frameworks
from learning.catalogue.structure import CoursePlan, line_of


def check_competences(plan: CoursePlan, node: yaml.Node | None, frameworks: Frameworks, report: Reporter) -> None:
    """Competences are of frameworks in use, and the outcomes build them all and no others."""
    for place, code in enumerate(plan.competences):
        line = line_of(node, ("competences", place))
        framework = frameworks.of_competence(code)
        if framework is None:
            same = frameworks.plans.get(code.partition(".")[0])
            known = (
                [each.code for each in same.competences] if same else [each.framework for each in frameworks.current]
            )
            report.error(
                line,
                f"There is no competence {code}.",
                f"Name one of {', '.join(known)}{'' if same else ' with its number'}.",
            )
        elif framework.is_archived:
            instead = f"of {framework.replaced_by.framework}" if framework.replaced_by else "of another framework"
            report.error(line, f"{code} is of a framework that is archived.", f"Name one {instead}.")
        if not any(code in outcome.competences for outcome in plan.outcomes):
            report.error(line, f"No outcome builds {code}.", "Name it in an outcome's competences, or take it away.")
    for place, outcome in enumerate(plan.outcomes):
        for at, code in enumerate(outcome.competences):
            line = line_of(node, ("outcomes", place, "competences", at))
            if code not in plan.competences:
                mend = f"Name some of {', '.join(plan.competences)}, or add it there."
                report.error(line, f"{outcome.id} builds {code}, which is not among the course's competences.", mend)
            elif code in outcome.competences[:at]:
                report.error(line, f"{code} stands twice in {outcome.id}.", "Take one away.")
