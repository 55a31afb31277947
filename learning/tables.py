"""Every table of the system, imported in one place for the migrations."""

from learning.access import models as _access
from learning.catalogue import models as _catalogue
from learning.certificates import models as _certificates
from learning.competences import evidence_models as _evidence
from learning.competences import models as _competences
from learning.culture import models as _culture
from learning.database import Base
from learning.development import models as _development
from learning.needs import models as _needs
from learning.notifications import models as _notifications
from learning.organisation import bounce_models as _bounces
from learning.organisation import models as _organisation
from learning.paths import bulk_models as _bulk
from learning.paths import models as _paths
from learning.paths import reminder_models as _reminders
from learning.paths import saved_view_models as _saved_views
from learning.people_files import models as _people_files
from learning.portfolio import models as _portfolio
from learning.practice import models as _practice
from learning.programmes import models as _programmes
from learning.progress import models as _progress
from learning.provisioning import models as _provisioning

__all__ = ["metadata"]

_rooms = (
    _access, _bounces, _bulk, _catalogue, _certificates, _competences, _culture, _development, _evidence,
    _needs, _notifications, _organisation, _paths, _people_files, _portfolio, _practice, _programmes,
    _progress, _provisioning,
    _reminders, _saved_views,
)  # fmt: skip
metadata = Base.metadata
