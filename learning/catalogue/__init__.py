"""Courses: Markdown on disk, compiled, checked and published as immutable versions.

Its face: ``compiling.compile_course`` (folder -> document and faults), ``publishing.publish``, ``store`` (published
courses) and ``addresses.resolve`` (links inside compiled HTML).
"""
