"""How static files are stored for serving: compressed, named by their content, imports between ES modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # no types there
    """WhiteNoise's storage that also rewrites `import ... from "./other.js"` to the hashed names."""

    support_js_module_import_aggregation = True
