"""What pyproject.toml has no settled words for: the C extension, and `resources/` beside `src/` as `extern_desktop/resources` inside the wheel."""

from setuptools import Extension, find_packages, setup

setup(
    packages=[*find_packages("src"), "extern_desktop.resources"],
    package_dir={"": "src", "extern_desktop.resources": "resources"},
    package_data={"extern_desktop": ["py.typed", "signing/*.pyi"], "extern_desktop.resources": ["**/*"]},
    ext_modules=[
        Extension(
            "extern_desktop.signing._native",
            sources=["native/module.c", "native/streebog.c", "native/curve.c"],
            depends=["native/streebog.h", "native/curve.h"],
            extra_compile_args=["-O3"],
            py_limited_api=True,
            optional=True,  # without a compiler the pure-Python twin is used
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
