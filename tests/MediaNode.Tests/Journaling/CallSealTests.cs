using Byon.MediaNode.Journaling;
using Byon.Platform;
using Byon.Tests.MediaNode.Tests.Calls;
using Byon.Tests.MediaNode.Tests.Rig;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Byon.Tests.MediaNode.Tests.Journaling;

[Collection(NodeTests.Name)]
public class CallSealTests(NodeFixture fixture)
{
    [Fact]
    public async Task A_sealed_call_opens_for_its_row_only_and_only_as_it_was_sealed()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.ConnectAsync(anonymous: true);
        var row = await rig.HasAsync(call.CallId, it => it.Snapshot is not null);
        var seal = Seal(fixture.PoolKey);

        var saved = seal.TryOpen(row)!;
        Assert.Equal((call.CallId, row.SequenceNumber), (saved.Call.Description.CallId, saved.Call.Description.SequenceNumber));
        Assert.Equal(rig.Ims.Invitation!.CallId, saved.Session.Dialog.CallId);
        var again = seal.TryOpen(row with { Snapshot = seal.TryClose(row, saved) })!;
        Assert.Equal(saved.Session.Dialog.Id, again.Session.Dialog.Id);
        Assert.Equal(saved.Call.WebRtc.PeerSdp, again.Call.WebRtc.PeerSdp);
        Assert.Equal(new CallerPresentation(IsAnonymous: true, Name: null), again.Presentation);

        Assert.Null(seal.TryOpen(row with { CallId = Guid.NewGuid().ToString() }));
        Assert.Null(Seal(new byte[32]).TryOpen(row));
        Assert.Null(seal.TryOpen(row with { Snapshot = null }));
        for (var length = 0; length < row.Snapshot!.Length; length += 97) Assert.Null(seal.TryOpen(row with { Snapshot = row.Snapshot[..length] }));
        for (var place = 0; place < row.Snapshot.Length; place += 101)
        {
            var changed = row.Snapshot.ToArray();
            changed[place] ^= 1;
            Assert.Null(seal.TryOpen(row with { Snapshot = changed }));
        }
    }

    [Fact]
    public async Task A_call_too_large_for_a_row_is_not_stored()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.ConnectAsync();
        var row = await rig.HasAsync(call.CallId, it => it.Snapshot is not null);
        var seal = Seal(fixture.PoolKey);
        var saved = seal.TryOpen(row)!;
        var noise = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(100_000));
        Assert.Null(seal.TryClose(row, saved with { Session = saved.Session with { LocalSdp = noise } }));
    }

    private static CallSeal Seal(byte[] key) =>
        new(Options.Create(new ControlOptions { PoolKey = Convert.ToBase64String(key) }), NullLogger<CallSeal>.Instance);
}
