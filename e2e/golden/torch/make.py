"""Writes the files beside this one. Run by hand, with torch 2.13 and safetensors; the tests read what it wrote."""

import collections
import json
import os
import pathlib
import shutil

import torch
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).parent
CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 8,
    "intermediate_size": 12,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "num_hidden_layers": 2,
    "vocab_size": 16,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
}


def tiny() -> dict[str, torch.Tensor]:
    """A Llama's tensors, small; the projections of the last layer are transposed views."""
    torch.manual_seed(7)
    shapes = {"model.embed_tokens.weight": (16, 8), "model.norm.weight": (8,), "lm_head.weight": (16, 8)}
    for layer in range(2):
        at = f"model.layers.{layer}."
        for name, shape in {
            "self_attn.q_proj": (8, 8),
            "self_attn.k_proj": (4, 8),
            "self_attn.v_proj": (4, 8),
            "self_attn.o_proj": (8, 8),
            "mlp.gate_proj": (12, 8),
            "mlp.up_proj": (12, 8),
            "mlp.down_proj": (8, 12),
            "input_layernorm": (8,),
            "post_attention_layernorm": (8,),
        }.items():
            shapes[f"{at}{name}.weight"] = shape
    tensors = {name: torch.randn(shape) for name, shape in shapes.items()}
    for name in list(tensors):
        if name.startswith("model.layers.1.mlp"):
            tensors[name] = tensors[name].t().contiguous().t()
    return tensors


def folder(name: str) -> pathlib.Path:
    path = HERE / name
    path.mkdir(exist_ok=True)
    (path / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    return path


def plain(tensors):
    return {name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}


def models() -> None:
    tensors = collections.OrderedDict(tiny())
    save_file(plain(tensors), folder("truth") / "model.safetensors", metadata={"format": "pt"})
    torch.save(tensors, folder("zip") / "pytorch_model.bin")
    torch.save(tensors, folder("legacy") / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    sharded = folder("sharded")
    names = sorted(tensors)
    weight_map = {}
    for shard, some in enumerate((names[:11], names[11:]), 1):
        file = f"pytorch_model-{shard:05d}-of-00002.bin"
        torch.save({name: tensors[name] for name in some}, sharded / file)
        weight_map.update(dict.fromkeys(some, file))
    index = {"metadata": {"total_size": 4 * sum(t.numel() for t in tensors.values())}, "weight_map": weight_map}
    (sharded / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=2) + "\n")


def odd() -> None:
    """Views of shared storages, and every type of number."""
    torch.manual_seed(11)
    shared = torch.randn(6, 4).half()
    cube = torch.randn(3, 4, 5)
    tensors = collections.OrderedDict(
        transposed=torch.randn(4, 6).t(),
        permuted=cube.permute(2, 0, 1),
        strided=cube[:, ::2, 1:4],
        row=cube[1],
        column=cube[:, 2, 3],
        one=shared,
        same=shared,
        part=shared[1:3],
        many=torch.randn(5).expand(3, 5),
        scalar=torch.tensor(2.5),
        empty=torch.zeros(0, 4),
        single=torch.randn(1, 7, 1).transpose(0, 2),
        parameter=torch.nn.Parameter(torch.randn(3)),
        bf16=torch.randn(9)[2:7].to(torch.bfloat16),
        f64=torch.randn(2, dtype=torch.float64),
        i64=torch.arange(5),
        i32=torch.arange(5, dtype=torch.int32)[1:],
        i16=torch.arange(3, dtype=torch.int16),
        i8=torch.arange(3, dtype=torch.int8),
        u8=torch.arange(3, dtype=torch.uint8),
        bool=torch.tensor([True, False, True]),
        e4m3=torch.randn(6).to(torch.float8_e4m3fn),
        e5m2=torch.randn(6).to(torch.float8_e5m2)[1:],
        u16=torch.arange(3).to(torch.uint16),
    )
    save_file(plain(tensors), HERE / "odd.safetensors")
    torch.save(tensors, HERE / "odd.bin")
    torch.save(tensors, HERE / "odd-protocol4.bin", pickle_protocol=4)
    old = {name: t for name, t in tensors.items() if t.dtype not in (torch.float8_e4m3fn, torch.float8_e5m2, torch.uint16)}
    torch.save(old, HERE / "odd-legacy.bin", _use_new_zipfile_serialization=False)


def large() -> None:
    """More than is fetched at once: what is read of it by range shows."""
    tensors = {f"model.layers.{layer}.w": torch.full((256, 320), float(layer + 1)) for layer in range(3)}
    folder("large")
    (HERE / "large/config.json").write_text('{"architectures": ["X"], "num_hidden_layers": 3}\n')
    torch.save(tensors, HERE / "large/pytorch_model.bin")


class Calls:
    def __reduce__(self):
        return os.system, ("echo run",)


def refused() -> None:
    torch.save({"weight": torch.ones(2), "more": Calls()}, HERE / "refused-call.bin")
    torch.save({"weight": torch.ones(2), "more": Calls()}, HERE / "refused-call-legacy.bin", _use_new_zipfile_serialization=False)
    torch.save(torch.nn.Linear(2, 2), HERE / "refused-module.bin")
    torch.save({"epoch": 3, "state_dict": {"weight": torch.ones(2)}}, HERE / "refused-training.bin")
    torch.save([torch.ones(2)], HERE / "refused-list.bin")
    torch.save({"weight": torch.ones(2, dtype=torch.complex64)}, HERE / "refused-complex.bin")
    torch.save({"weight": torch.eye(2).to_sparse()}, HERE / "refused-sparse.bin")
    torch.save({"weight": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}, HERE / "refused-quantised.bin")
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), HERE / "refused-script.bin")


def adapter():
    folder = HERE.parent / "around/models/lora_r4"
    torch.save(load_file(folder / "adapter_model.safetensors"), HERE / "adapter/adapter_model.bin")
    shutil.copy(folder / "adapter_config.json", HERE / "adapter")


models()
adapter()
odd()
large()
refused()
