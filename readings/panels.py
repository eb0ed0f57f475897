"""What floors above add to the page of one reading, and to that of one that is gone; see sources.panels."""

from readings.access import NoReading
from readings.models import Reading
from sources.panels import Panels

_of_readings: Panels[Reading] = Panels()
add_panel = _of_readings.add
panels_for = _of_readings.rendered

_of_gone: Panels[NoReading] = Panels()
add_gone_panel = _of_gone.add
gone_panels_for = _of_gone.rendered
