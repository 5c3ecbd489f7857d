"""Makes what the test of the downloader serves: make.py FOLDER MANIFEST.

Two small GPT-2 models in Hugging Face's form, written as the official ones are: weights that begin at
an odd byte, masks of each layer among them, and a vocabulary of single bytes. Archives of texts, one as
it should be and one for each way to be refused. The manifest of it all.
"""
import hashlib
import json
import os
import random
import stat
import struct
import sys
import warnings
import zipfile

folder, manifest_path = sys.argv[1:]
V, P, C, L, H = 257, 64, 48, 2, 2
MEMBER = "wikitext-2-raw/wiki.test.raw"
rng = random.Random(1)


def shapes():
    yield "wte.weight", (V, C)
    yield "wpe.weight", (P, C)
    for i in range(L):
        yield from {
            f"h.{i}.ln_1.weight": (C,), f"h.{i}.ln_1.bias": (C,), f"h.{i}.attn.bias": (1, 1, P, P),
            f"h.{i}.attn.c_attn.weight": (C, 3 * C), f"h.{i}.attn.c_attn.bias": (3 * C,),
            f"h.{i}.attn.c_proj.weight": (C, C), f"h.{i}.attn.c_proj.bias": (C,),
            f"h.{i}.ln_2.weight": (C,), f"h.{i}.ln_2.bias": (C,),
            f"h.{i}.mlp.c_fc.weight": (C, 4 * C), f"h.{i}.mlp.c_fc.bias": (4 * C,),
            f"h.{i}.mlp.c_proj.weight": (4 * C, C), f"h.{i}.mlp.c_proj.bias": (C,),
        }.items()
    yield "ln_f.weight", (C,)
    yield "ln_f.bias", (C,)


def weights():
    header, data = {}, b""
    for name, shape in shapes():
        n = 1
        for d in shape:
            n *= d
        values = [rng.gauss(0, 0.1) for _ in range(n)]
        begin = len(data)
        data += struct.pack(f"<{n}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * ((3 - len(text)) % 4)
    return struct.pack("<Q", len(text)) + text + data


def vocabulary():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    tokens = [chr(b) for b in printable] + [chr(256 + i) for i in range(len(others))]
    return json.dumps({t: i for i, t in enumerate(tokens + ["<|endoftext|>"])}, ensure_ascii=False)


def config():
    """All keys that the four official files have between them."""
    return json.dumps({
        "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1,
        "bos_token_id": 256, "embd_pdrop": 0.1, "eos_token_id": 256, "initializer_range": 0.02,
        "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": P, "n_embd": C, "n_head": H,
        "n_layer": L, "n_positions": P, "n_special": 0, "output_past": True,
        "predict_special_tokens": True, "resid_pdrop": 0.1, "summary_activation": None,
        "summary_first_dropout": 0.1, "summary_proj_to_labels": True, "summary_type": "cls_index",
        "summary_use_proj": True, "vocab_size": V,
        "task_specific_params": {"text-generation": {"do_sample": True, "max_length": 50}}}, indent=2)


def wiki():
    lines = [" \n", " = Heading = \n", " \n"]
    for i in range(7):
        lines.append(f" Paragraph {i} of the article has a number , and over twenty letters . \n")
        lines.append(" \n")
    return "".join(lines).encode()


def archive(name, members):
    path = os.path.join(folder, "datasets/texts", name)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for entry, data in members:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # one of them has a name twice
                file.writestr(entry, data)
    return path


def archives():
    text = wiki()
    others = [("wikitext-2-raw/", b""), ("wikitext-2-raw/wiki.train.raw", text * 3)]
    link = zipfile.ZipInfo(MEMBER)
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    archive("good.zip", others + [(MEMBER, text)])
    archive("dots.zip", [("../../evil", b"x"), (MEMBER, text)])
    archive("root.zip", [("/tmp/evil", b"x"), (MEMBER, text)])
    archive("link.zip", others + [(link, b"/etc/passwd")])
    archive("twice.zip", [(MEMBER, text), (MEMBER, text * 2)])
    archive("without.zip", others)
    archive("bomb.zip", others + [(MEMBER, bytes(65 << 20))])
    # One that states less than comes out, and one with a wrong checksum.
    for name, what, old in [("liar.zip", bytes(65 << 20), 65 << 20), ("damaged.zip", text, None)]:
        path = archive(name, [(MEMBER, what)])
        with open(path, "rb") as file:
            data = file.read()
        if old is None:
            crc = struct.pack("<I", zipfile.crc32(text))
            data = data.replace(crc, bytes(4))
        else:
            data = data.replace(struct.pack("<I", old), struct.pack("<I", 1000))
        with open(path, "wb") as file:
            file.write(data)
    with open(os.path.join(folder, "datasets/texts/none.zip"), "wb") as file:
        file.write(b"no archive at all")


def row(out, name, path, file, size=True, digest=True, member="-"):
    with open(os.path.join(folder, path, file), "rb") as source:
        data = source.read()
    sha256 = hashlib.sha256(data).hexdigest() if digest else "-"
    out.write(f"{name} {file} {path} 0123456789abcdef {'' if size else '~'}{len(data)} {sha256} {member} MIT test\n")


os.makedirs(os.path.join(folder, "datasets/texts"))
files = {"config.json": config(), "vocab.json": vocabulary(), "merges.txt": "#version: 0.2\n"}
with open(manifest_path, "w") as out:
    for model in ["tiny", "small"]:
        os.makedirs(os.path.join(folder, "models", model))
        for name, text in files.items():
            with open(os.path.join(folder, "models", model, name), "w") as file:
                file.write(text)
            row(out, model, "models/" + model, name, size=False, digest=name != "config.json")
        with open(os.path.join(folder, "models", model, "model.safetensors"), "wb") as file:
            file.write(weights())
        known = model == "tiny"
        row(out, model, "models/" + model, "model.safetensors", size=known, digest=known)
    archives()
    for name in sorted(os.listdir(os.path.join(folder, "datasets/texts"))):
        row(out, name.removesuffix(".zip"), "datasets/texts", name, member=MEMBER)
