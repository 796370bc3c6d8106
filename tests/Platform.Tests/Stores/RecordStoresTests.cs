using System.Security.Cryptography;
using Azure.Data.Tables;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Tests.Platform.Tests.Stores;

[Collection(AzuriteCollection.Name)]
public class RecordStoresTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly byte[] PoolKey = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public async Task A_call_is_read_as_it_was_written_whatever_its_state()
    {
        var store = new CallStore(azurite.Tables);
        var live = Call(AzuriteFixture.NewNumber(), "node-1");
        var ended = live with
        {
            Status = CallStatus.Busy,
            OriginatorName = "Ann",
            ReceiverName = "Bob",
            AnswerSdp = "v=0\r\ns=ü\r\n",
            Reason = "486 Busy Here",
            Ending = new CallEnding(CallEndClass.Network, "busy", "486 Busy Here"),
            SequenceNumber = 3,
            EndedAt = Now.AddSeconds(9),
        };

        await store.PutAsync(live, default);
        Assert.Equal(live, await store.GetAsync(live.PhoneNumber, live.CallId, default));
        await store.PutAsync(ended, default);
        Assert.Equal(ended, await store.GetAsync(live.PhoneNumber, live.CallId, default));
        await store.DeleteAsync(live.PhoneNumber, live.CallId, default);
        await store.DeleteAsync(live.PhoneNumber, live.CallId, default);
        Assert.Null(await store.GetAsync(live.PhoneNumber, live.CallId, default));
    }

    [Fact]
    public async Task The_calls_of_a_node_are_those_that_have_not_ended()
    {
        var store = new CallStore(azurite.Tables);
        var node = "o'node-" + Guid.NewGuid();
        var live = Call(AzuriteFixture.NewNumber(), node);
        await store.PutAsync(live, default);
        await store.PutAsync(Call(AzuriteFixture.NewNumber(), node) with { EndedAt = Now }, default);
        await store.PutAsync(Call(AzuriteFixture.NewNumber(), "other"), default);

        Assert.Equal([live], await store.ListLiveByNodeAsync(node, default));
    }

    [Fact]
    public async Task Channels_belong_to_a_device_of_a_number()
    {
        var store = new ChannelStore(azurite.Tables);
        var record = new ChannelRecord("channel", AzuriteFixture.NewNumber(), "laptop", "client", "subject", "WebSockets", Now, Now.AddHours(1));
        var device = new DeviceKey(record.PhoneNumber, record.DeviceId);
        var foreigner = new DeviceKey(AzuriteFixture.NewNumber(), record.DeviceId);
        await store.PutAsync(record, default);

        Assert.Equal(record, await store.GetAsync(device, "channel", default));
        Assert.Null(await store.GetAsync(foreigner, "channel", default));
        Assert.Equal([record], await store.ListAsync(device, default));
        Assert.Empty(await store.ListAsync(foreigner, default));

        await store.DeleteAsync(device, "channel", default);
        Assert.Null(await store.GetAsync(device, "channel", default));
    }

    [Fact]
    public async Task A_heartbeat_is_read_as_it_was_written_and_replaces_the_one_before()
    {
        var store = new NodeStore(azurite.Tables);
        var record = Node();
        await store.HeartbeatAsync(record, default);
        var next = record with { Load = 0.25, HeartbeatAt = Now.AddSeconds(5) };
        await store.HeartbeatAsync(next, default);

        Assert.Equal(next, await store.GetAsync(record.NodeId, default));
        Assert.Contains(next, await store.ListAsync(default));
        await store.DeleteAsync(record.NodeId, default);
        Assert.Null(await store.GetAsync(record.NodeId, default));
    }

    [Fact]
    public async Task A_silent_node_is_marked_gone_by_exactly_one()
    {
        var store = new NodeStore(azurite.Tables);
        var silent = Node();
        await store.HeartbeatAsync(silent, default);

        var won = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => store.TryMarkGoneAsync(silent, default))));

        Assert.Single(won, true);
        Assert.Equal(NodeState.Gone, (await store.GetAsync(silent.NodeId, default))!.State);
        Assert.False(await store.TryMarkGoneAsync(silent, default));
    }

    [Fact]
    public async Task A_node_that_spoke_again_is_not_marked_gone()
    {
        var store = new NodeStore(azurite.Tables);
        var seen = Node();
        await store.HeartbeatAsync(seen with { HeartbeatAt = Now.AddSeconds(5) }, default);

        Assert.False(await store.TryMarkGoneAsync(seen, default));
    }

    [Fact]
    public async Task A_subscribers_password_is_sealed_at_rest_and_bound_to_its_row()
    {
        var store = new SubscriberStore(azurite.Tables, PoolKey);
        var ann = new SubscriberRecord(AzuriteFixture.NewNumber(), "sip:ann@ims.example", "ann@ims.example", "a very secret pässword");
        var eve = new SubscriberRecord(AzuriteFixture.NewNumber(), "sip:eve@ims.example", "eve@ims.example", "eve's");
        await store.PutAsync(ann, default);
        await store.PutAsync(eve, default);
        Assert.Equal(ann, await store.GetAsync(ann.PhoneNumber, default));
        Assert.Null(await store.GetAsync(AzuriteFixture.NewNumber(), default));

        var table = azurite.Tables.GetTableClient(TableNames.Subscribers);
        var annRow = (await table.GetEntityAsync<TableEntity>(ann.PhoneNumber[1..], "ims")).Value;
        var eveRow = (await table.GetEntityAsync<TableEntity>(eve.PhoneNumber[1..], "ims")).Value;
        Assert.DoesNotContain(annRow, property => property.Value is string text && text.Contains("secret", StringComparison.Ordinal));
        eveRow["SealedPassword"] = annRow["SealedPassword"];
        await table.UpdateEntityAsync(eveRow, eveRow.ETag, TableUpdateMode.Replace);

        await Assert.ThrowsAnyAsync<CryptographicException>(() => store.GetAsync(eve.PhoneNumber, default));
    }

    private static CallRecord Call(string number, string node) => new(
        Guid.NewGuid().ToString(), number, "registration", "laptop", "client", "subject", node, CallDirection.Outgoing, CallStatus.Initial,
        "tel:" + number, null, "tel:+34600999999", null, "v=0\r\n", null, null, null, 0, Now, null)
    {
        Quality = new CallQuality(new LegQuality("Opus", 100, 1.5, 3.2, null, 4.2), null)
        {
            Video = new CallVideoQuality(new LegVideoQuality("Vp8", 900, 0, 4.1, 20.5, 350, 1, 0, 2), null),
        },
    };

    private static NodeRecord Node() => new("node-" + Guid.NewGuid(), "http://127.0.0.1:8091", NodeState.Ready, 1, 200, Now, Now);
}
