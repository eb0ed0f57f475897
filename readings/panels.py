"""What floors above add to the page of one reading; see sources.panels."""

from readings.models import Reading
from sources.panels import Panels

_of_readings: Panels[Reading] = Panels()
add_panel = _of_readings.add
panels_for = _of_readings.rendered
