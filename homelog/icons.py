"""The drawings beside words that say the same: 24 by 24, strokes only. Names as in sources.units."""

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

DRAWINGS = {
    "home": '<path d="M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "person": '<path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 8.5a8 8 0 0 1 16 0"/>',
    "people": '<path d="M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9a6 6 0 0 1 12 0m1-9a3 3 0 1 0 0-6m5 15a6 6 0 0 0-4-5.6"/>',
    "eye": '<path d="M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12Z"/><circle cx="12" cy="12" r="2.8"/><path class="off" d="m4 20 16-16"/>',
    "mail": '<path d="M4 5.5h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1Zm-.6.7L12 13l8.6-6.8"/>',
    "file": '<path d="M13.5 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7.5L13.5 3v4.5H18M12 18v-6m-2.5 2.5L12 12l2.5 2.5"/>',
    "bolt": '<path d="M13 2.5 5 13.5h6l-1 8 8.5-11.5h-6.2z"/>',
    "feed-in": '<path d="M11 5 5.5 13h4.3L9 19l5.8-8.5h-4.3zM16.5 20.5h5m-2.2-2.3 2.2 2.3-2.2 2.3M17 4h4"/>',
    "sun": '<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2.3M12 19.2v2.3M2.5 12h2.3M19.2 12h2.3M5.3 5.3l1.6 1.6M17.1 17.1l1.6 1.6M18.7 5.3l-1.6 1.6M6.9 17.1l-1.6 1.6"/>',
    "drop": '<path d="M12 3s6.5 6.8 6.5 11.3a6.5 6.5 0 0 1-13 0C5.5 9.8 12 3 12 3Zm-3 11.5a3 3 0 0 0 2.6 3"/>',
    "hot-drop": '<path d="M14 7s5.5 5.3 5.5 9a5.5 5.5 0 0 1-11 0C8.5 12.3 14 7 14 7ZM4 3.5c1.5 1.3-1.3 2.5 0 4.3M8 2c1.5 1.3-1.3 2.5 0 4.3"/>',
    "flame": '<path d="M12.5 2.5c.8 4.3 5.5 6.2 5.5 11.5a6 6 0 0 1-12 0c0-2.3 1-4 2.3-5.3.4 1.8 1.2 2.8 2.2 3.3-.6-3.3.2-6.7 2-9.5Zm-.5 17.5a2.5 2.5 0 0 1-2.3-3.5"/>',
    "radiator": '<path d="M5 8h14v10H5zM9.7 8v10M14.3 8v10M6.5 18v2.5M17.5 18v2.5M8 2.5c1 1-1 2 0 3M12 2.5c1 1-1 2 0 3M16 2.5c1 1-1 2 0 3"/>',
    "tank": '<path d="M5 6.5c0-1.7 3-2.5 7-2.5s7 .8 7 2.5-3 2.5-7 2.5-7-.8-7-2.5Zm0 0v11c0 1.7 3 2.5 7 2.5s7-.8 7-2.5v-11M5 13c0 1.7 3 2.5 7 2.5s7-.8 7-2.5"/>',
    "pellets": '<path d="m5.2 9.2 4-4a2 2 0 0 1 2.8 2.8l-4 4a2 2 0 0 1-2.8-2.8Zm8.5 1.5 4-4a2 2 0 0 1 2.8 2.8l-4 4a2 2 0 0 1-2.8-2.8Zm-6 7 4-4a2 2 0 0 1 2.8 2.8l-4 4a2 2 0 0 1-2.8-2.8Z"/>',
    "fuel": '<path d="M5 20.5V5a1.5 1.5 0 0 1 1.5-1.5h6A1.5 1.5 0 0 1 14 5v15.5M3.5 20.5h12M7.5 10h4M14 12h1.5a1.5 1.5 0 0 1 1.5 1.5V16a1.5 1.5 0 0 0 3 0V8.5L17 5.5"/>',
    "car": '<path d="M4 12.5 5.8 7.3A2 2 0 0 1 7.7 6h8.6a2 2 0 0 1 1.9 1.3L20 12.5m-16 0h16a1 1 0 0 1 1 1V18H3v-4.5a1 1 0 0 1 1-1ZM5 18v2m14-2v2M6.5 15.3h1.5M16 15.3h1.5"/>',
    "heart": '<path d="M12 20s-8-4.7-8-10.5A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 8 2.5C20 15.3 12 20 12 20Z"/>',
    "pulse": '<path d="M2.5 12.5H7L9.5 6l4.5 12.5 2.5-6h5"/>',
    "scale": '<path d="M5 4h14a1.5 1.5 0 0 1 1.5 1.5v13A1.5 1.5 0 0 1 19 20H5a1.5 1.5 0 0 1-1.5-1.5v-13A1.5 1.5 0 0 1 5 4Zm2.5 6.5a6.5 6.5 0 0 1 9 0L14 13.3h-4zM12 11.5l1.3-2"/>',
    "thermometer": '<path d="M14.5 13.8V5a2.5 2.5 0 0 0-5 0v8.8a4.5 4.5 0 1 0 5 0ZM12 9v8"/>',
}
OTHER = '<path d="M4 16a8 8 0 1 1 16 0M12 16l4-5M3 20h18"/>'


@register.simple_tag
def icon(name: str) -> SafeString:
    """The drawing of that name; a dial for one that is not known."""
    return mark_safe(f'<svg class="i" viewBox="0 0 24 24" aria-hidden="true">{DRAWINGS.get(name, OTHER)}</svg>')
