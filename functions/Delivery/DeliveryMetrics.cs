using System.Diagnostics.Metrics;
using Byon.Platform.Records;

namespace Byon.Functions.Delivery;

/// <summary>Instruments of delivery: name, unit, description. No label names a person, a call or a receiver.</summary>
internal sealed class DeliveryMetrics : IDisposable
{
    public const string MeterName = "Byon.Functions.Delivery";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _tries;
    private readonly Counter<long> _setAside;
    private readonly Counter<long> _ended;
    private readonly Histogram<double> _age;

    public DeliveryMetrics()
    {
        _tries = _meter.CreateCounter<long>("byon.delivery.tries", "{try}", "Tries to deliver an event, by kind of reader and verdict.");
        _setAside = _meter.CreateCounter<long>("byon.delivery.set_aside", "{event}", "Events and messages given up, kept in the table of the undelivered.");
        _ended = _meter.CreateCounter<long>("byon.readers.ended", "{reader}", "Subscriptions and channels that ended, by reason.");
        _age = _meter.CreateHistogram<double>("byon.delivery.age", "s", "Age of an event when it was delivered.");
    }

    public void Tried(ReaderKind kind, DeliveryVerdict verdict) =>
        _tries.Add(1, new("kind", kind.ToString()), new KeyValuePair<string, object?>("verdict", verdict.ToString()));

    public void DeliveredAt(TimeSpan age) => _age.Record(age.TotalSeconds);

    public void SetAside() => _setAside.Add(1);

    public void Ended(ReaderEndReason? reason) => _ended.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    public void Dispose() => _meter.Dispose();
}
