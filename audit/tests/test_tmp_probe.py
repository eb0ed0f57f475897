from audit.models import AuditLog
from homelog.testing import PASSWORD
from accounts.current import acting_as
def test_probe(client, alice, owner):
    r = client.post("/account/login/", {"login": "alice", "password": "nope"})
    print(r.status_code)
    r = client.post("/account/login/", {"login": "alice@example.com", "password": "nope"})
    print(r.status_code)
    r = client.post("/account/login/", {"login": "alice", "password": PASSWORD})
    print(r.status_code, r.headers.get("Location"))
    r = client.post("/account/logout/")
    r = client.post("/account/signup/", {"email": "dora@example.com", "password1": PASSWORD, "display_name": "Dora", "timezone": "Europe/Berlin"})
    print(r.status_code, r.headers.get("Location"))
    with owner():
        for e in AuditLog.objects.order_by("id"): print(e.event_type, e.actor_id, e.actor_name, e.remote_address, e.details)
def test_force(client, alice, owner):
    client.force_login(alice)
    with owner():
        for e in AuditLog.objects.order_by("id"): print(e.event_type, e.actor_id, e.actor_name, e.remote_address, e.details)
