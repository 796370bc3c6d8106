using System.Diagnostics.Metrics;
using Byon.MediaNode.Io;
using Byon.MediaNode.Native;
using Byon.MediaNode.Signalling;
using Byon.Platform.Records;

namespace Byon.MediaNode.Telemetry;

/// <summary>Every instrument of the node: name, unit, description. No label names a person or a call.</summary>
public sealed class NodeMetrics : IDisposable
{
    public const string MeterName = "Byon.MediaNode";

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _scores;
    private readonly Histogram<double> _losses;
    private readonly Histogram<double> _jitters;
    private readonly Histogram<double> _roundTrips;
    private readonly Histogram<double> _moveGaps;

    public NodeMetrics()
    {
        CallsStarted = _meter.CreateCounter<long>("byon.calls.started", "{call}", "Calls begun, by direction.");
        CallsJoinedLate = _meter.CreateCounter<long>("byon.calls.joined", "{call}", "Ringing calls that a device joined by registering.");
        CallsEnded = _meter.CreateCounter<long>("byon.calls.ended", "{call}", "Calls ended, by class and reason.");
        CallsTransferred = _meter.CreateCounter<long>("byon.calls.transferred", "{call}", "Calls handed over, by where to: phone or browser.");
        TransfersFailed = _meter.CreateCounter<long>("byon.transfers.failed", "{call}", "Calls that could not be handed over to the phone, by cause.");
        RegistrationsMade = _meter.CreateCounter<long>("byon.registrations.made", "{registration}", "Registrations accepted by the IMS.");
        RegistrationsFailed = _meter.CreateCounter<long>("byon.registrations.failed", "{registration}", "Registrations that failed, by fault.");
        RegistrationsLapsed = _meter.CreateCounter<long>("byon.registrations.lapsed", "{registration}", "Registrations that ended unasked, by reason.");
        SipDropped = _meter.CreateCounter<long>("byon.sip.dropped", "{message}", "SIP input dropped by the sockets, by reason.");
        SipConnectionsRefused = _meter.CreateCounter<long>("byon.sip.connections.refused", "{connection}", "TCP connections refused at the limit.");
        JournalRetries = _meter.CreateCounter<long>("byon.journal.retries", "{attempt}", "Writes that storage did not take and that are tried again.");
        JournalEntriesLost = _meter.CreateCounter<long>("byon.journal.lost", "{entry}", "Rows or events given up.");
        PublishFailures = _meter.CreateCounter<long>("byon.publish.failures", "{message}", "Pushes that Web PubSub did not take.");
        DeliveryRequestRetries = _meter.CreateCounter<long>("byon.delivery.request.retries", "{message}", "Requests for delivery that the queue did not take and that are tried again.");
        DeliveryRequestsLost = _meter.CreateCounter<long>("byon.delivery.request.lost", "{message}", "Requests for delivery given up; the timer finds what they were about.");
        CallsMoved = _meter.CreateCounter<long>("byon.calls.moved", "{call}", "Connected calls that go on here after another node stopped or died.");
        _moveGaps = _meter.CreateHistogram<double>("byon.move.gap", "ms", "From when a call was taken up here to the first audio of each side, by leg.");
        NodesTakenOver = _meter.CreateCounter<long>("byon.takeover.nodes", "{node}", "Dead nodes this node cleaned up after.");
        _scores = _meter.CreateHistogram<double>("byon.call.mos", "{score}", "Estimated opinion of each ended call, 1 to 4.5, by leg.");
        _losses = _meter.CreateHistogram<double>("byon.call.loss", "%", "Packets of each ended call that never came, by leg.");
        _jitters = _meter.CreateHistogram<double>("byon.call.jitter", "ms", "Interarrival jitter at the end of each call, by leg.");
        _roundTrips = _meter.CreateHistogram<double>("byon.call.roundtrip", "ms", "Round trip to the peer of each ended call, by leg.");
        _meter.CreateObservableGauge("byon.node.load", () => Latest?.Load ?? 0, "{call}", "Calls, plus a hundredth of the registrations.");
        _meter.CreateObservableGauge("byon.sip.transactions", () => Latest?.SipTransactions ?? 0, "{transaction}", "SIP transactions alive.");
        _meter.CreateObservableCounter("byon.sip.rejected", ReadSipRejections, "{message}", "SIP messages dropped as garbage, by reason.");
    }

    public Counter<long> CallsStarted { get; }

    public Counter<long> CallsJoinedLate { get; }

    public Counter<long> CallsEnded { get; }

    public Counter<long> CallsTransferred { get; }

    public Counter<long> TransfersFailed { get; }

    public Counter<long> RegistrationsMade { get; }

    public Counter<long> RegistrationsFailed { get; }

    public Counter<long> RegistrationsLapsed { get; }

    public Counter<long> SipDropped { get; }

    public Counter<long> SipConnectionsRefused { get; }

    public Counter<long> JournalRetries { get; }

    public Counter<long> JournalEntriesLost { get; }

    public Counter<long> PublishFailures { get; }

    public Counter<long> DeliveryRequestRetries { get; }

    public Counter<long> DeliveryRequestsLost { get; }

    public Counter<long> NodesTakenOver { get; }

    public Counter<long> CallsMoved { get; }

    /// <summary>The newest look at what the signalling loop holds: only the loop may look for itself.</summary>
    public NodeLoad? Latest { get; set; }

    /// <summary>Takes in how one leg of an ended call sounded; null where nothing came.</summary>
    public void Judge(string leg, LegQuality? quality)
    {
        if (quality is null) return;
        var tag = new KeyValuePair<string, object?>("leg", leg);
        _scores.Record(quality.Mos, tag);
        _losses.Record(quality.LossPercent, tag);
        _jitters.Record(quality.JitterMilliseconds, tag);
        if (quality.RoundTripMilliseconds is { } roundTrip) _roundTrips.Record(roundTrip, tag);
    }

    public void ObserveMedia(Func<MediaWorkersStatistics> read)
    {
        _meter.CreateObservableGauge("byon.media.calls", () => read().Calls, "{call}", "Calls with media on this node.");
        _meter.CreateObservableGauge("byon.media.complexity", () => read().Complexity, "{step}", "How hard Opus encoders try on the busiest worker: 10, 5 or 0.");
        _meter.CreateObservableCounter("byon.media.unknown", () => read().UnknownSenders, "{packet}", "Packets dropped because no call awaits their sender.");
        _meter.CreateObservableCounter("byon.media.send.failures", () => read().SendFailures, "{packet}", "Packets that the system did not take.");
    }

    public void ObserveCodecs(IReadOnlyList<CodecLibrary> libraries) => _meter.CreateObservableGauge(
        "byon.codec.libraries",
        () => libraries.Select(library => new Measurement<int>(1, new("name", library.Name), new("path", library.Path), new("version", library.Version))),
        "{library}",
        "Codec libraries in use, by name, path and version.");

    public void HeardAfterMove(TimeSpan gap, bool fromBrowser) =>
        _moveGaps.Record(gap.TotalMilliseconds, new KeyValuePair<string, object?>("leg", fromBrowser ? "browser" : "network"));

    private IEnumerable<Measurement<long>> ReadSipRejections() => Latest is { } latest
        ? latest.SipRejected.Select(rejected => new Measurement<long>(rejected.Value, new KeyValuePair<string, object?>("reason", rejected.Key.ToString())))
        : [];

    public void Dispose() => _meter.Dispose();
}
