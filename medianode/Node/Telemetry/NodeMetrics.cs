using System.Diagnostics.Metrics;

namespace Byon.MediaNode.Telemetry;

/// <summary>Every instrument of the node outside the media workers: name, unit, description. No label names a person or a call.</summary>
public sealed class NodeMetrics : IDisposable
{
    public const string MeterName = "Byon.MediaNode";

    private readonly Meter _meter = new(MeterName);

    public NodeMetrics()
    {
        CallsStarted = _meter.CreateCounter<long>("byon.calls.started", "{call}", "Calls begun, by direction.");
        CallsEnded = _meter.CreateCounter<long>("byon.calls.ended", "{call}", "Calls ended, by class and reason.");
        RegistrationsMade = _meter.CreateCounter<long>("byon.registrations.made", "{registration}", "Registrations accepted by the IMS.");
        RegistrationsFailed = _meter.CreateCounter<long>("byon.registrations.failed", "{registration}", "Registrations that failed, by fault.");
        RegistrationsLapsed = _meter.CreateCounter<long>("byon.registrations.lapsed", "{registration}", "Registrations that ended unasked, by reason.");
        SipDropped = _meter.CreateCounter<long>("byon.sip.dropped", "{message}", "SIP input dropped by the sockets, by reason.");
        SipConnectionsRefused = _meter.CreateCounter<long>("byon.sip.connections.refused", "{connection}", "TCP connections refused at the limit.");
        JournalRetries = _meter.CreateCounter<long>("byon.journal.retries", "{attempt}", "Writes that storage did not take and that are tried again.");
        JournalEntriesLost = _meter.CreateCounter<long>("byon.journal.lost", "{entry}", "Rows or events given up.");
        PublishFailures = _meter.CreateCounter<long>("byon.publish.failures", "{message}", "Pushes that Web PubSub did not take.");
        NodesTakenOver = _meter.CreateCounter<long>("byon.takeover.nodes", "{node}", "Dead nodes this node cleaned up after.");
    }

    public Counter<long> CallsStarted { get; }

    public Counter<long> CallsEnded { get; }

    public Counter<long> RegistrationsMade { get; }

    public Counter<long> RegistrationsFailed { get; }

    public Counter<long> RegistrationsLapsed { get; }

    public Counter<long> SipDropped { get; }

    public Counter<long> SipConnectionsRefused { get; }

    public Counter<long> JournalRetries { get; }

    public Counter<long> JournalEntriesLost { get; }

    public Counter<long> PublishFailures { get; }

    public Counter<long> NodesTakenOver { get; }

    /// <summary>What the SIP agent itself dropped is read when somebody looks.</summary>
    public void ObserveSipRejections(Func<IEnumerable<Measurement<long>>> read) =>
        _meter.CreateObservableCounter("byon.sip.rejected", read, "{message}", "SIP messages dropped as garbage, by reason.");

    public void ObserveLoad(Func<double> read) =>
        _meter.CreateObservableGauge("byon.node.load", read, "{call}", "Calls, plus a hundredth of the registrations.");

    public void Dispose() => _meter.Dispose();
}
