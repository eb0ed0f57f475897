"""The addresses where homes and sources are made and changed; looking at them is readings' matter."""

from django.urls import path, re_path

from accounts.mailed_keys import moved
from sources.views import (
    deleting,
    farewell,
    homes,
    invitations,
    keys,
    ownership,
    pictures,
    rules,
    sharing,
    sources,
    sums,
    walking,
)

app_name = "sources"

urlpatterns = [
    path("account/delete/", farewell.account_delete, name="account_delete"),
    path("account/keys/", keys.key_list, name="key_list"),
    path("account/keys/<uuid:key_id>/end/", keys.key_end, name="key_end"),
    path("homes/new/", homes.home_create, name="home_create"),
    path("homes/<uuid:public_id>/edit/", homes.home_update, name="home_update"),
    path("homes/<uuid:public_id>/delete/", deleting.home_delete, name="home_delete"),
    path("homes/<uuid:public_id>/order/", walking.home_order, name="home_order"),
    path("sources/", sources.source_list, name="source_list"),
    path("sources/new/", sources.source_create, name="source_create"),
    path("sources/new/sum/", sums.sum_create, name="sum_create"),
    path("sources/<uuid:public_id>/edit/", sources.source_update, name="source_update"),
    path("sources/<uuid:public_id>/delete/", deleting.source_delete, name="source_delete"),
    path("sources/<uuid:public_id>/parts/", sums.source_parts, name="source_parts"),
    path("sources/<uuid:public_id>/archive/", sources.source_archive, name="source_archive"),
    path("sources/<uuid:public_id>/picture/", pictures.source_picture, name="source_picture"),
    path("sources/<uuid:public_id>/picture/small/", pictures.source_picture_small, name="source_picture_small"),
    path("sources/<uuid:public_id>/picture/edit/", pictures.source_picture_update, name="source_picture_update"),
    path("sources/<uuid:public_id>/rules/", rules.rule_list, name="rule_list"),
    path("sources/<uuid:public_id>/rules/restore/", rules.rule_restore, name="rule_restore"),
    path("sources/<uuid:public_id>/rules/<uuid:rule_id>/", rules.rule_update, name="rule_update"),
    path("sources/<uuid:public_id>/rules/<uuid:rule_id>/delete/", rules.rule_delete, name="rule_delete"),
    path("sources/<uuid:public_id>/sharing/", sharing.source_sharing, name="source_sharing"),
    path("sources/<uuid:public_id>/sharing/<uuid:right_id>/", sharing.source_level, name="source_level"),
    path("sources/<uuid:public_id>/sharing/<uuid:right_id>/end/", sharing.source_end, name="source_end"),
    path(
        "sources/<uuid:public_id>/invitations/<uuid:invitation_id>/end/",
        sharing.source_uninvite,
        name="source_uninvite",
    ),
    path("sources/<uuid:public_id>/public/", ownership.source_public, name="source_public"),
    path("sources/<uuid:public_id>/hand-over/", ownership.source_hand_over, name="source_hand_over"),
    path("homes/<uuid:public_id>/sharing/", sharing.home_sharing, name="home_sharing"),
    path("homes/<uuid:public_id>/sharing/<uuid:right_id>/", sharing.home_level, name="home_level"),
    path("homes/<uuid:public_id>/sharing/<uuid:right_id>/end/", sharing.home_end, name="home_end"),
    path("homes/<uuid:public_id>/invitations/<uuid:invitation_id>/end/", sharing.home_uninvite, name="home_uninvite"),
    path("invitation/", invitations.invitation, name="invitation"),
    path("invitation/offer/", invitations.invitation_offer, name="invitation_offer"),
    re_path(r"^invitations?/#?(?P<key>[\w-]+)/?$", moved("sources:invitation"), name="invitation_link"),
]
