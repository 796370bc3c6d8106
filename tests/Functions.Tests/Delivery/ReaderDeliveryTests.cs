using Byon.Functions.Delivery;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.Functions.Tests.Delivery;

[Collection(ApiCollection.Name)]
public sealed class ReaderDeliveryTests(ApiRig rig)
{
    private readonly DeliveryBench _bench = new(rig);

    private ScriptedTransport Transport => _bench.Transport;

    [Fact]
    public async Task EventsComeInOrderAndOnce()
    {
        var reader = await _bench.AddReaderAsync();
        var ids = await _bench.AppendAsync(70);
        await _bench.DeliverAsync();
        ids.AddRange(await _bench.AppendAsync(2));
        await _bench.DeliverAsync();
        await _bench.DeliverAsync();

        Assert.Equal(ids, Transport.TakenIds);
        var row = await _bench.ReadAsync(reader);
        Assert.Equal((72, 72, null), (row!.Progress.Cursor, row.Progress.Delivered, row.Progress.LeaseHolder));
    }

    [Fact]
    public async Task OnlyTheKindsAskedForAreDelivered()
    {
        var reader = await _bench.AddReaderAsync(record => record with { Kinds = EventKinds.SessionInvitation });
        await _bench.AppendAsync(2);
        var wanted = await _bench.AppendAsync(1, invitation: true);
        await _bench.AppendAsync(1);
        await _bench.DeliverAsync();

        Assert.Equal(wanted, Transport.TakenIds);
        Assert.Equal(4, (await _bench.ReadAsync(reader))!.Progress.Cursor);
    }

    [Fact]
    public async Task ACrashRepeatsAndNeverSkips()
    {
        await _bench.AddReaderAsync();
        var ids = await _bench.AppendAsync(30);
        Transport.Answer = outgoing => outgoing.EventId == ids[17] ? throw new InvalidOperationException("crash") : Task.FromResult(DeliveryOutcome.Delivered);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _bench.DeliverAsync());

        // Another instance has to wait for the lease of the one that died.
        Transport.Answer = _ => Task.FromResult(DeliveryOutcome.Delivered);
        var taken = Transport.Taken.Count;
        await _bench.DeliverAsync();
        Assert.Equal(taken, Transport.Taken.Count);

        _bench.Clock.Advance(_bench.Options.LeaseTime);
        await _bench.DeliverAsync();
        Assert.Equal(ids, Transport.TakenIds.Distinct());
        Assert.InRange(Transport.Taken.Count, 30, 40);
    }

    [Fact]
    public async Task ABusyReceiverIsTriedAgainWhenItAskedForIt()
    {
        var reader = await _bench.AddReaderAsync();
        await _bench.AppendAsync(2);
        Transport.AlwaysAnswer(DeliveryVerdict.Later, TimeSpan.FromSeconds(90));
        await _bench.DeliverAsync();
        var row = await _bench.ReadAsync(reader);
        Assert.Equal((_bench.Clock.GetUtcNow() + TimeSpan.FromSeconds(90), 1), (row!.Progress.RetryAt!.Value, row.Progress.Failures));

        // Another event does not hasten the try; the postponed message does it.
        await _bench.DeliverAsync();
        Assert.Single(Transport.Tried);
        Transport.AlwaysAnswer(DeliveryVerdict.Delivered);
        await _bench.DeliverAsync(reader);
        row = await _bench.ReadAsync(reader);
        Assert.Equal((2L, 0, null, null), (row!.Progress.Cursor, row.Progress.Failures, row.Progress.RetryAt, row.Progress.FailingSince));
    }

    [Fact]
    public async Task ASlowReaderHoldsUpNoOther()
    {
        var slow = await _bench.AddReaderAsync(record => record with { Target = "https://slow.example/" });
        await _bench.AddReaderAsync();
        var ids = await _bench.AppendAsync(1);
        var opened = new TaskCompletionSource<DeliveryOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        Transport.Answer = _ => Interlocked.Increment(ref calls) == 1 ? opened.Task : Task.FromResult(DeliveryOutcome.Delivered);
        var delivering = _bench.DeliverAsync();
        await WaitFor.TrueAsync(() => !Transport.Taken.IsEmpty);
        opened.SetResult(DeliveryOutcome.Delivered);
        await delivering;
        Assert.Equal([ids[0], ids[0]], Transport.TakenIds);
        Assert.Equal(1, (await _bench.ReadAsync(slow))!.Progress.Cursor);
    }

    [Fact]
    public async Task AnEventThatIsRefusedTooOftenIsSetAsideForTheOperator()
    {
        var reader = await _bench.AddReaderAsync();
        var ids = await _bench.AppendAsync(2);
        Transport.Answer = outgoing => Task.FromResult(outgoing.EventId == ids[0] ? new DeliveryOutcome(DeliveryVerdict.Refused, "status 403") : DeliveryOutcome.Delivered);
        for (var attempt = 0; attempt < _bench.Options.MaximumRefusals; attempt++)
            await _bench.DeliverAsync(reader);

        Assert.Equal([ids[1]], Transport.TakenIds);
        var kept = Assert.Single(await _bench.Undelivered.ListAsync(_bench.Clock.GetUtcNow(), default), row => row.ReaderId == reader);
        Assert.Equal((ids[0], 1L, "status 403", _bench.Options.MaximumRefusals), (kept.What, kept.Position, kept.Cause, kept.Attempts));
    }

    [Fact]
    public async Task AReceiverThatIsGoneEndsTheReader()
    {
        var reader = await _bench.AddReaderAsync();
        await _bench.AppendAsync(2);
        Transport.AlwaysAnswer(DeliveryVerdict.Gone);
        await _bench.DeliverAsync();

        Assert.Single(Transport.Tried);
        var row = await _bench.ReadAsync(reader);
        Assert.Equal((ReaderState.Ended, ReaderEndReason.NetworkTerminated), (row!.State, row.EndReason!.Value));
        Assert.Null(row.Credential);
        await _bench.DeliverAsync();
        Assert.Single(Transport.Tried);
    }

    [Fact]
    public async Task AReceiverThatWasNotReachedForTooLongEndsTheReader()
    {
        var reader = await _bench.AddReaderAsync();
        await _bench.AppendAsync(1);
        Transport.AlwaysAnswer(DeliveryVerdict.Later);
        await _bench.DeliverAsync();
        _bench.Clock.Advance(_bench.Options.GiveUpAfter);
        await _bench.DeliverAsync(reader);
        Assert.Equal((ReaderState.Ended, ReaderEndReason.NetworkTerminated), Ending(await _bench.ReadAsync(reader)));
    }

    [Fact]
    public async Task TheMostEventsAskedForAreTheLast()
    {
        var reader = await _bench.AddReaderAsync(record => record with { MaxEvents = 2 });
        var ids = await _bench.AppendAsync(4);
        await _bench.DeliverAsync();
        Assert.Equal(ids.Take(2), Transport.TakenIds);
        Assert.Equal(["MAX_EVENTS_REACHED"], Transport.Endings);
        Assert.Equal((ReaderState.Ended, ReaderEndReason.MaxEventsReached), Ending(await _bench.ReadAsync(reader)));
    }

    [Fact]
    public async Task WhatHappenedBeforeTheExpiryIsStillToldAndNothingAfter()
    {
        var reader = await _bench.AddReaderAsync(record => record with { ExpiresAt = _bench.Clock.GetUtcNow() + TimeSpan.FromMinutes(1) });
        var before = await _bench.AppendAsync(2);
        _bench.Clock.Advance(TimeSpan.FromMinutes(2));
        await _bench.AppendAsync(1);
        await _bench.DeliverAsync();

        Assert.Equal(before, Transport.TakenIds);
        Assert.Equal(["SUBSCRIPTION_EXPIRED"], Transport.Endings);
        Assert.Equal((ReaderState.Ended, ReaderEndReason.SubscriptionExpired), Ending(await _bench.ReadAsync(reader)));
    }

    [Fact]
    public async Task ACredentialAboutToExpireEndsTheSubscriptionWhileItCanStillBeTold()
    {
        var now = _bench.Clock.GetUtcNow();
        await _bench.AddReaderAsync(record => record with { ExpiresAt = now.AddHours(1), CredentialExpiresAt = now.AddMinutes(10), CredentialEndsAt = now.AddMinutes(8) });
        _bench.Clock.Advance(TimeSpan.FromMinutes(8));
        await _bench.DeliverAsync();
        Assert.Equal(["ACCESS_TOKEN_EXPIRED"], Transport.Endings);
    }

    [Fact]
    public async Task ADeletedSubscriptionIsToldSoAndItsRowGoes()
    {
        var reader = await _bench.AddReaderAsync(record =>
            record with { State = ReaderState.Ending, EndReason = ReaderEndReason.SubscriptionDeleted, EndedAt = _bench.Clock.GetUtcNow() });
        await _bench.AppendAsync(1);
        Transport.AlwaysAnswer(DeliveryVerdict.Later);
        await _bench.DeliverAsync();
        Assert.NotNull(await _bench.ReadAsync(reader));
        Transport.AlwaysAnswer(DeliveryVerdict.Delivered);
        await _bench.DeliverAsync(reader);

        Assert.Empty(Transport.TakenIds);
        Assert.Equal(["SUBSCRIPTION_DELETED"], Transport.Endings);
        Assert.Null(await _bench.ReadAsync(reader));
    }

    [Fact]
    public async Task TheEndOfAChannelIsNotTold()
    {
        var reader = await _bench.AddReaderAsync(record => record with { Dialect = EventDialect.Byon, ExpiresAt = _bench.Clock.GetUtcNow() });
        await _bench.DeliverAsync();
        Assert.Empty(Transport.Tried);
        Assert.Equal((ReaderState.Ended, ReaderEndReason.SubscriptionExpired), Ending(await _bench.ReadAsync(reader)));
    }

    [Fact]
    public async Task AnEventThatComesDuringADeliveryIsDeliveredByWhoeverDelivers()
    {
        await _bench.AddReaderAsync();
        var ids = await _bench.AppendAsync(1);
        var gate = new TaskCompletionSource<DeliveryOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        Transport.Answer = outgoing => outgoing.EventId == ids[0] ? gate.Task : Task.FromResult(DeliveryOutcome.Delivered);
        var first = _bench.NewInstance();
        var delivering = first.DeliverAsync(new DeliveryRequest(_bench.Device, null), default);
        await WaitFor.TrueAsync(() => !Transport.Tried.IsEmpty);

        // One asks in the same process, one in another: neither may overtake, neither may be forgotten.
        ids.AddRange(await _bench.AppendAsync(1));
        await first.DeliverAsync(new DeliveryRequest(_bench.Device, null), default);
        ids.AddRange(await _bench.AppendAsync(1));
        await _bench.DeliverAsync();
        Assert.Single(Transport.Tried);

        gate.SetResult(DeliveryOutcome.Delivered);
        await delivering;
        Assert.Equal(ids, Transport.TakenIds);
    }

    [Fact]
    public async Task AnEventThatOnlyAnotherProcessHeardOfIsNotForgotten()
    {
        await _bench.AddReaderAsync();
        var ids = await _bench.AppendAsync(1);
        var gate = new TaskCompletionSource<DeliveryOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        Transport.Answer = outgoing => outgoing.EventId == ids[0] ? gate.Task : Task.FromResult(DeliveryOutcome.Delivered);
        var delivering = _bench.DeliverAsync();
        await WaitFor.TrueAsync(() => !Transport.Tried.IsEmpty);
        ids.AddRange(await _bench.AppendAsync(1));
        await _bench.DeliverAsync();
        gate.SetResult(DeliveryOutcome.Delivered);
        await delivering;
        Assert.Equal(ids, Transport.TakenIds);
    }

    [Fact]
    public async Task WhatTheApiChangesDuringADeliveryStays()
    {
        var reader = await _bench.AddReaderAsync();
        await _bench.AppendAsync(1);
        Transport.Answer = async _ =>
        {
            var seen = (await _bench.Readers.GetAsync(_bench.Device, reader, default))!;
            Assert.NotNull(await _bench.Readers.TryReplaceAsync(seen, seen.Record with { Credential = "newer" }, default));
            return DeliveryOutcome.Delivered;
        };
        await _bench.DeliverAsync();
        var row = await _bench.ReadAsync(reader);
        Assert.Equal(("newer", 1L, null), (row!.Credential, row.Progress.Cursor, row.Progress.LeaseHolder));
    }

    private static (ReaderState, ReaderEndReason?) Ending(ReaderRecord? record) => (record!.State, record.EndReason);
}
