"""What happens here and matters higher up. Receivers run in the sender's transaction."""

from blinker import signal

# Sent with the Session as sender and completion=Completion, once for each completion, after its flush.
course_completed = signal("course-completed")
# Sent with the Session as sender, enrolment=Enrolment and activity=Activity, when a new answer was recorded.
response_recorded = signal("response-recorded")
