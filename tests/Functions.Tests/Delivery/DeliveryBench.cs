using Byon.Functions.Delivery;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.Functions.Tests.Delivery;

/// <summary>One device, its log, its readers, and as many instances of delivery as a test wants, on real storage and a clock of the test's own.</summary>
internal sealed class DeliveryBench
{
    private readonly DeliveryMetrics _metrics = new();

    public DeliveryBench(ApiRig rig)
    {
        Device = new DeviceKey(ApiRig.NewNumber(), Guid.NewGuid().ToString("D"));
        Readers = new ReaderStore(rig.Tables, rig.PoolKey);
        Log = new EventLog(rig.Tables);
        Queue = new DeliveryQueue(rig.Queues, rig.PoolKey);
        Undelivered = new UndeliveredStore(rig.Tables);
    }

    public DeviceKey Device { get; }

    public ReaderStore Readers { get; }

    public EventLog Log { get; }

    public DeliveryQueue Queue { get; }

    public UndeliveredStore Undelivered { get; }

    public ManualClock Clock { get; } = new(DateTimeOffset.UtcNow);

    public ScriptedTransport Transport { get; } = new();

    public DeliveryOptions Options { get; } = new();

    /// <summary>An instance of its own, as another process would have.</summary>
    public DeviceDelivery NewInstance() => new(
        Readers,
        new ReaderDelivery(
            Readers, Log, Queue, Undelivered, [Transport], _metrics, Clock, Microsoft.Extensions.Options.Options.Create(Options), NullLogger<ReaderDelivery>.Instance),
        Clock);

    public Task DeliverAsync(string? readerId = null) => NewInstance().DeliverAsync(new DeliveryRequest(Device, readerId), default);

    public async Task<string> AddReaderAsync(Func<ReaderRecord, ReaderRecord>? with = null)
    {
        var reader = new ReaderRecord
        {
            ReaderId = Guid.NewGuid().ToString("D"),
            PhoneNumber = Device.PhoneNumber,
            DeviceId = Device.DeviceId,
            ClientId = "client",
            Subject = "subject",
            Kind = ReaderKind.Webhook,
            Dialect = EventDialect.Camara,
            Target = "https://asp.example/sink",
            Credential = "token",
            Kinds = EventKinds.All,
            CreatedAt = Clock.GetUtcNow(),
        };
        var stored = await Readers.AddAsync(with?.Invoke(reader) ?? reader, default);
        return stored.Record.ReaderId;
    }

    public async Task<ReaderRecord?> ReadAsync(string readerId) => (await Readers.GetAsync(Device, readerId, default))?.Record;

    /// <summary>Appends the next status events of a call.</summary>
    public async Task<List<string>> AppendAsync(int count, bool invitation = false)
    {
        List<string> ids = [];
        for (var at = 0; at < count; at++)
        {
            var data = new CallEventData(
                invitation, "call", 1, CallStatus.Initial, "tel:+34600111222", null, Device.PhoneNumber, null, null, null, null, null);
            ids.Add((await Log.AppendAsync(Device, data, Clock.GetUtcNow(), default)).EventId);
        }

        return ids;
    }
}

internal sealed class ManualClock(DateTimeOffset now) : TimeProvider
{
    private DateTimeOffset _now = now;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
