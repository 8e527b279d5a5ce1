"""Modules of PyTorch's of which libraries import names, and of whose work nothing is here: each name raises when used.

A module of the table exists once it is imported. Names in capitals are classes, to compare with and to derive from.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from types import ModuleType, new_class
from typing import Any

from vibetensor.torch._not_there import Refused, RefusedType, module_getattr

# why, and the modules that it is said of: each with its names
COMPILER = "no graph is compiled here; torch.compile gives eager's results"
QUANTIZED = "nothing is quantized by graphs here; tensors of a class of one's own may hold integers and their scales"
KERNELS = "Triton's kernels are not launched from here; torch.sparse has products of BSR tensors"
FABRIC = "vibetensor.fabric shards tensors over the devices of one process"
NESTED = "tensors of ragged shapes are not there; pad them, or use nn.utils.rnn.pack_sequence"

TABLE: dict[str, dict[str, str]] = {
    COMPILER: {
        "_inductor.constant_folding": "constant_fold replace_node_with_constant",
        "_inductor.custom_graph_pass": "CustomGraphPass get_hash_for_files",
        "_inductor.freezing_utils": "maybe_set_is_frozen_param",
        "_inductor.fx_passes": "",
        "_inductor.fx_passes.freezing_patterns": "freezing_passes register_freezing_graph_pattern",
        "_inductor.ir": "Pointwise TensorBox",
        "_inductor.lowering": "lowerings make_pointwise register_lowering to_dtype",
        "_inductor.pattern_matcher": """
            Arg CallFunction KeywordArg Match PatternMatcherPass filter_nodes fwd_only joint_fwd_bwd
            register_replacement
        """,
        "_inductor.virtualized": "V ops",
        "fx.experimental.symbolic_shapes": "ShapeEnv has_free_symbols statically_known_true",
        "fx.passes.infra": "",
        "fx.passes.infra.pass_base": "PassBase PassResult",
        "fx.passes.infra.pass_manager": "PassManager",
        "fx.passes.utils": "",
        "fx.passes.utils.matcher_utils": "InternalMatch SubgraphMatcher",
        "fx.passes.utils.matcher_with_name_node_map_utils": "InternalMatch SubgraphMatcherWithNameNodeMap",
        "fx.passes.utils.source_matcher_utils": "SourcePartition check_subgraphs_connected get_source_partitions",
        "fx.traceback": "NodeSource NodeSourceAction",
    },
    QUANTIZED: {
        "ao.ns": "",
        "ao.ns.fx": "",
        "ao.ns.fx.utils": "compute_sqnr",
        "ao.pruning": "BaseSparsifier WeightNormSparsifier get_arg_info_from_tensor_fqn",
        "ao.quantization.backend_config": "BackendConfig get_native_backend_config",
        "ao.quantization.backend_config.utils": """
            get_fused_module_classes get_pattern_to_dtype_configs get_qat_module_classes
            get_root_module_to_quantized_reference_module
        """,
        "ao.quantization.fx": "",
        "ao.quantization.fx._decomposed": "quantize_per_channel_group quantized_decomposed_lib",
        "ao.quantization.fx._equalize": "convert_eq_obs update_obs_for_equalization",
        "ao.quantization.fx.custom_config": "ConvertCustomConfig PrepareCustomConfig",
        "ao.quantization.fx.graph_module": "_is_observed_module _is_observed_standalone_module",
        "ao.quantization.fx.lower_to_fbgemm": "lower_to_fbgemm",
        "ao.quantization.fx.prepare": "_insert_obs_or_fq _save_state",
        "ao.quantization.fx.qconfig_mapping_utils": """
            _compare_prepare_convert_qconfig_mappings _generate_node_name_to_qconfig
            _is_qconfig_supported_by_dtype_configs _update_qconfig_for_fusion _update_qconfig_for_qat
        """,
        "ao.quantization.fx.utils": "_get_module graph_module_from_producer_nodes node_arg_is_weight",
        "ao.quantization.fake_quantize": "FakeQuantize FakeQuantizeBase FusedMovingAvgObsFakeQuantize",
        "ao.quantization.observer": """
            AffineQuantizedObserverBase HistogramObserver MinMaxObserver MovingAverageMinMaxObserver ObserverBase
            PerChannelMinMaxObserver PlaceholderObserver UniformQuantizationObserverBase
        """,
        "ao.quantization.qconfig": "QConfigAny qconfig_equals",
        "ao.quantization.qconfig_mapping": "QConfigMapping",
        "ao.quantization.quantize": "_remove_qconfig",
        "ao.quantization.quantize_fx": "convert_fx convert_to_reference_fx fuse_fx prepare_fx prepare_qat_fx",
        "ao.quantization.quantizer": "Quantizer QuantizationAnnotation QuantizationSpec",
        "ao.quantization.stubs": "DeQuantStub QuantStub",
        "ao.quantization.utils": """
            _parent_name get_qparam_dict is_per_channel to_underlying_dtype weight_is_quantized
        """,
    },
    KERNELS: {
        "_higher_order_ops.inline_asm_elementwise": "inline_asm_elementwise",
        "sparse._triton_ops": """
            bsr_dense_addmm bsr_dense_mm bsr_scatter_mm bsr_softmax broadcast_batch_dims launch_kernel prepare_inputs
            ptr_stride_extractor tile_to_blocksize
        """,
        "sparse._triton_ops_meta": "get_meta minimize update",
        "sparse.semi_structured": """
            SparseSemiStructuredTensor SparseSemiStructuredTensorCUSPARSELT SparseSemiStructuredTensorCUTLASS
            to_sparse_semi_structured
        """,
    },
    FABRIC: {
        "distributed.tensor.experimental": "context_parallel implicit_replication local_map register_sharding",
        "distributed.tensor.experimental._attention": "_context_parallel_shard context_parallel_unshard",
        "distributed._tensor.experimental": "implicit_replication local_map",
    },
    NESTED: {
        "nested": "as_nested_tensor masked_select narrow nested_tensor nested_tensor_from_jagged to_padded_tensor",
        "nested._internal": "",
        "nested._internal.nested_tensor": "NestedTensor ViewNestedFromBuffer nested_view_from_values_offsets",
    },
}


def names_in(module: str) -> Iterator[tuple[str, str]]:
    """The names of a module, below vibetensor.torch, with why they raise; nothing for one that is not in the table."""
    for why, modules in TABLE.items():
        for name in modules.get(module, "").split():
            yield name, why


def is_known(module: str) -> bool:
    """Whether the module, below vibetensor.torch, is in the table."""
    return any(module in modules for modules in TABLE.values())


def refused(module: str, name: str, why: str) -> Any:
    """What stands for a name of a module, below vibetensor.torch."""
    if name.lstrip("_")[:1].isupper():
        space = {"__module__": f"vibetensor.torch.{module}", "__doc__": f"Is not there: {why}."}
        return new_class(name, (RefusedType,), {"why": why}, lambda own: own.update(space))
    return Refused(f"torch.{module}.{name}", why)


class Loader:
    """Makes a module of the table."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        below = module.__name__.removeprefix("vibetensor.torch.")
        module.__doc__ = "Names that libraries import, and that raise when they are used."
        for name, why in names_in(below):
            setattr(module, name, refused(below, name, why))
        module.__getattr__ = module_getattr(module.__name__)  # type: ignore[method-assign]


def spec_of(name: str) -> ModuleSpec | None:
    """How to make the module of that full name; None if it is not in the table."""
    below = name.removeprefix("vibetensor.torch.")
    if not name.startswith("vibetensor.torch.") or not is_known(below):
        return None
    return ModuleSpec(name, Loader(), is_package=True)  # type: ignore[arg-type]
