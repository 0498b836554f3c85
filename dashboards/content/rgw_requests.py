"""The requests to the RADOS Gateways."""

from dashboards.engine.declare import Panel, Query, TimeSeries, limits

# Only RGW's own API has them.
NO_LOG = "RGW's own API is not configured, or its usage log is off"
NO_REQUESTS = (
    "Unknown: RGW's own API is not configured (--cluster.rgw-url), its usage log is off "
    "(rgw_enable_usage_log), or RGW does not answer; or the exporter cannot reach Ceph"
)


def rate(counter: str, labels: str) -> str:
    """Return the rate of a counter of users by some of its labels."""
    return (
        f"sum by (cluster, {labels}) (max by (cluster, user, category)"
        f" (rate(ceph_rgw_user_{counter}_total{{*}}[$__rate_interval])))"
    )


def _top_users(counter: str) -> str:
    highest = (
        "topk(10, sum by (cluster, user) (max by (cluster, user, category)"
        f" (rate(ceph_rgw_user_{counter}_total{{*}}[$__range] @ end()))))"
    )
    return f"{rate(counter, 'user')} and on (cluster, user) {highest}"


def _over_time(
    title: str, description: str, queries: tuple[tuple[str, str], ...], unit: str
) -> Panel:
    return TimeSeries(
        title,
        description,
        tuple(Query(expr, legend, empty_when=NO_LOG) for expr, legend in queries),
        NO_REQUESTS,
        unit=unit,
        size=(12, 9),
        minimum=0,
    )


REQUESTS = (
    _over_time(
        "Operations by category",
        "Requests per second by category, such as get_obj and put_obj, as RGW's usage log has "
        "them. A gateway writes the log every 30 s.",
        ((rate("ops", "category"), "{{category}}"),),
        "ops",
    ),
    TimeSeries(
        "Failed share",
        "Share of the requests of each category that failed, such as those for an object that does "
        "not exist. What is usual depends on the clients: look for changes.",
        (
            Query(
                f"({rate('ops', 'category')} - {rate('successful_ops', 'category')})"
                f" / ({rate('ops', 'category')} > 0)",
                "{{category}}",
                empty_when=NO_LOG,
            ),
        ),
        f"No requests in this time. {NO_REQUESTS}",
        unit="percentunit",
        thresholds=limits((0.5, "orange")),
        threshold_lines=True,
        size=(12, 9),
        minimum=0,
        maximum=1,
    ),
    _over_time(
        "Bytes by category",
        "Bytes per second that RGW sent and received, by category.",
        (
            (rate("sent_bytes", "category"), "sent {{category}}"),
            (rate("received_bytes", "category"), "received {{category}}"),
        ),
        "Bps",
    ),
    _over_time(
        "Operations by user",
        "Requests per second of the ten users with the most requests.",
        ((_top_users("ops"), "{{user}}"),),
        "ops",
    ),
    _over_time(
        "Bytes sent by user",
        "Bytes per second that RGW sent to the ten users that received most.",
        ((_top_users("sent_bytes"), "{{user}}"),),
        "Bps",
    ),
    _over_time(
        "Bytes received by user",
        "Bytes per second that RGW received from the ten users that sent most.",
        ((_top_users("received_bytes"), "{{user}}"),),
        "Bps",
    ),
)
