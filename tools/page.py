"""Puts the page together, one HTML file: page.py OUT PAGE.html STYLE.css SIMD.wasm PLAIN.wasm MODELS SCRIPT.js...

WebAssembly and models are deflated. The scripts are modules, each importing only from those before it. The policy in the
page lets run just this style, this script and WebAssembly, and lets nothing reach out.
"""
import base64, hashlib, re, sys, zlib


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def encoded(path):
    with open(path, "rb") as file:
        return base64.b64encode(zlib.compress(file.read(), 9)).decode()


def scoped(path):
    """A module as a block of its own that hands out what it exports."""
    script = re.sub(r"^import .*\n", "", text(path), flags=re.M)
    names = re.findall(r"^export (?:async )?(?:function|class|const) (\w+)", script, flags=re.M)
    script = re.sub(r"^export ", "", script, flags=re.M)
    return f"const {{{', '.join(names)}}} = (() => {{\n{script}return {{{', '.join(names)}}};\n}})();\n"


def digest(source):
    return "'sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() + "'"


out, page, style, simd, plain, models, *scripts = sys.argv[1:]
style, script = text(style), "".join(map(scoped, scripts))
policy = (f"default-src 'none'; script-src {digest(script)} 'wasm-unsafe-eval'; style-src {digest(style)}; "
          "img-src data: blob:; media-src blob:; base-uri 'none'; form-action 'none'")
parts = {"@POLICY@": policy, "@STYLE@": style, "@SCRIPT@": script, "@SIMD@": encoded(simd), "@PLAIN@": encoded(plain),
         "@MODELS@": encoded(models)}
html = re.sub("|".join(parts), lambda found: parts[found[0]], text(page))
with open(out, "w", encoding="utf-8") as file:
    file.write(html)
