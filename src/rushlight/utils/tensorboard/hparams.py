"""The messages about hyperparameters: what a run was given, and which figures judge it."""

from __future__ import annotations

from typing import Any

from ..._core.tensor_base import is_tensor
from .packages import module, proto


def hparams(values: dict[str, Any], metrics: dict[str, Any], domains: dict[str, list[Any]] | None) -> tuple[Any, ...]:
    """The messages that open and close a run: the experiment, the start with its values, the end.

    Args:
        values: the hyperparameters by name: numbers, strings, bools or tensors of one element.
        metrics: the figures by tag; their values are written as scalars.
        domains: all values that a hyperparameter may have, for those where that is known.

    Raises:
        TypeError: `values` or `metrics` is no dictionary, or a domain no list.
        ValueError: a hyperparameter is something else.
    """
    if not isinstance(values, dict) or not isinstance(metrics, dict):
        raise TypeError("hparam_dict and metric_dict should be dictionary.")
    api = module("tensorboard.plugins.hparams.api_pb2")
    data = module("tensorboard.plugins.hparams.plugin_data_pb2")
    start = data.SessionStartInfo()
    described = []
    for name, value in values.items():
        if value is None:
            continue
        kind, number = _kind(value)
        setattr(start.hparams[name], f"{kind}_value", number)
        domain = (domains or {}).get(name)
        if domain is not None and not isinstance(domain, list):
            raise TypeError(f"hparam_domain_discrete[{name}] must be a list of values, but is {type(domain).__name__}")
        known = module("google.protobuf.struct_pb2").ListValue(
            values=[module("google.protobuf.struct_pb2").Value(**{f"{kind}_value": item}) for item in domain or ()]
        )
        described.append(
            api.HParamInfo(
                name=name,
                type=getattr(api, f"DATA_TYPE_{'FLOAT64' if kind == 'number' else kind.upper()}"),
                domain_discrete=known if domain else None,
            )
        )
    experiment = api.Experiment(
        hparam_infos=described, metric_infos=[api.MetricInfo(name=api.MetricName(tag=tag)) for tag in metrics]
    )
    return (
        _message("experiment", data.HParamsPluginData(experiment=experiment)),
        _message("session_start_info", data.HParamsPluginData(session_start_info=start)),
        _message("session_end_info", data.HParamsPluginData(
            session_end_info=data.SessionEndInfo(status=api.Status.Value("STATUS_SUCCESS"))
        )),
    )  # fmt: skip


def _kind(value: Any) -> tuple[str, Any]:
    """Which of a message's fields a hyperparameter goes to, and what stands there."""
    if is_tensor(value) and value.numel() == 1:
        value = value.item()
    if isinstance(value, (int, float)):  # bools too, as torch writes them
        return "number", value
    if isinstance(value, str):
        return "string", value
    raise ValueError("value should be one of int, float, str, bool, or torch.Tensor")


def _message(part: str, content: Any) -> Any:
    summary = proto("summary").Summary
    plugin = proto("summary").SummaryMetadata.PluginData(plugin_name="hparams", content=content.SerializeToString())
    metadata = proto("summary").SummaryMetadata(plugin_data=plugin)
    return summary(value=[summary.Value(tag=f"_hparams_/{part}", metadata=metadata)])
