using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Signalling;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.MediaNode.Pool;

/// <summary>
/// The two ends of a call may have been on one node, and come to different ones: each end's peer is then at an address that is gone.
/// The rows tell where it is now. It is enough that one end finds the other, which learns the rest from its re-INVITE; so a caller who
/// withheld the number, and cannot be looked up, is found all the same.
/// </summary>
public sealed class OtherEnds(
    SignallingLoop loop, CallControl control, RegistrationStore registrations, NodeStore nodes, NodeOptions options, TimeProvider wallClock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Until the end is found, or its time to follow is over. Nobody waits for it; nothing is done for a peer that was elsewhere.</summary>
    public void Seek(KeptCall call)
    {
        if (call.Saved.Session is { PeerOnSameNode.User: { } contact, Line.NextHop.Transport: var transport } && NumberOf(call.Row) is { } number)
            _ = SeekAsync(call.Row, contact, number, transport == SipTransport.Tls);
    }

    private async Task SeekAsync(CallRecord call, string contact, string number, bool tls)
    {
        var (begun, deadline) = (MonotonicClock.Now, MonotonicClock.Now + options.Calls.MoveTime);
        IPEndPoint? told = null;
        do
        {
            // The node that both were on gives this end away as well, if it can.
            var node = await FindAsync(contact, number);
            if (node?.NodeId == call.NodeId && MonotonicClock.Now - begun < options.Calls.MoveTime / 2) node = null;
            var found = IPEndPoint.TryParse((tls ? node?.SipTlsAddress : node?.SipAddress) ?? "", out var address) ? address : null;
            if (found is not null && !found.Equals(told))
            {
                told = found;
                if (!await loop.AskAsync(now => control.SeekPeerAt(now, call.CallId, found))) return;
            }

            await Task.Delay(Interval, wallClock);
        }
        while (MonotonicClock.Now < deadline);
    }

    /// <summary>The living node that has it; null where there is none, or the tables are away.</summary>
    private async Task<NodeRecord?> FindAsync(string contact, string number)
    {
        try
        {
            var held = await registrations.ListByNumberAsync(number, CancellationToken.None);
            var holder = held.FirstOrDefault(one => CallControl.ContactUserOf(one.RegistrationId) == contact)?.NodeId;
            return holder is not null && await nodes.GetAsync(holder, CancellationToken.None) is { } node && node.IsFresh(wallClock.GetUtcNow()) ? node : null;
        }
        catch (Exception fault) when (StorageFault.IsAway(fault))
        {
            return null;
        }
    }

    private static string? NumberOf(CallRecord call)
    {
        const string scheme = "tel:";
        var other = call.Direction == CallDirection.Outgoing ? call.ReceiverAddress : call.OriginatorAddress;
        return other.StartsWith(scheme + "+", StringComparison.Ordinal) ? other[scheme.Length..] : null;
    }
}
