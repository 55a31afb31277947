"""A course with every activity type in it, one lesson each, made of the examples that the types show to authors."""

from __future__ import annotations

from pathlib import Path

from learning.activities.registry import all_types

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" role="img"><title>Five steps</title>'
    '<rect width="10" height="10"/></svg>'
)
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\nWrite down why.\n"


def write_course(folder: Path) -> Path:
    """Write the course ``types-101`` into ``folder``; its folder. Lesson ``l-<type>`` holds the type's example."""
    course = folder / "types-101"
    text, media = course / "en", course / "media"
    text.mkdir(parents=True)
    media.mkdir()
    (media / "scale.svg").write_text(SVG, "utf-8")
    (media / "meeting.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42")
    (media / "meeting.en.vtt").write_text(CAPTIONS, "utf-8")
    names = sorted(all_types())
    lessons = "".join(f"  - {{id: l-{name}, file: l-{name}.md, minutes: 3}}\n" for name in names)
    (course / "course.yaml").write_text(
        "id: types-101\nline: innovation\nlevels: [first-line]\nsource_language: en\nlanguages: [en]\n"
        f"minutes: {3 * len(names)}\nlicence: CC-BY-4.0\nauthors: [Tests]\nreview_by: 2099-01-01\n"
        "competences: [IC.P4]\noutcomes:\n"
        "  - {id: o1, bloom: apply, competences: [IC.P4], evidence: [l-single/kc-residual]}\n"
        "  - {id: o2, bloom: apply, competences: [IC.P4], evidence: [l-scenario/sc-pilot]}\n"
        f"lessons:\n{lessons}",
        "utf-8",
    )
    (text / "index.md").write_text(
        "---\ntitle: Every type\nsummary: One of each.\noutcomes:\n  o1: Answer\n  o2: Choose\n---\n\nAll invented.\n",
        "utf-8",
    )
    for name, kind in all_types().items():
        lesson = f"---\ntitle: About {name}\n---\n\n## Try it\n\nSome words first.\n\n{kind.example}\n"
        (text / f"l-{name}.md").write_text(lesson, "utf-8")
    return course
