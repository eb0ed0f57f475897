"""Sign-in with LINE and Google, stricter than allauth's own providers, which stand in no list of installed apps here.

`addresses` says where they are asked and which are offered, `outgoing` asks, `claims` judges what came back, `refusals`
has the sentences, `oauth` is what both have in common; `line` and `google` are the two.
"""
