using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>
/// What requests of others may cost us (RFC 3261 §21.5.4): so many transactions, and so many bytes in them. The room is shared by
/// rule, so that a flood of one kind leaves the rest alone: what belongs to a dialog or call that is there comes first, then new
/// calls, then everything else.
/// </summary>
internal sealed class ServerAdmission(int mostTransactions, long mostBytes)
{
    /// <summary>Of the room, for INVITEs that open a dialog and all that follows here.</summary>
    private const double NewCalls = 0.9;

    /// <summary>Of the room, for every other request outside a dialog: OPTIONS, REGISTER, SUBSCRIBE, MESSAGE, or a BYE of nobody.</summary>
    private const double Others = 0.5;

    private long _bytes;

    /// <summary>Bytes of the requests that are held, as they were received.</summary>
    public long Bytes => _bytes;

    /// <param name="held">Server transactions alive.</param>
    /// <param name="belongs">The request is of a dialog of ours, or cancels an INVITE that is there.</param>
    public bool HasRoomFor(SipRequest request, int held, bool belongs)
    {
        var share = belongs ? 1 : request.Method == SipMethods.Invite ? NewCalls : Others;
        return held < Math.Ceiling(mostTransactions * share) && _bytes + request.Size <= mostBytes * share;
    }

    public void Take(SipRequest request) => _bytes += request.Size;

    public void Release(SipRequest request) => _bytes -= request.Size;
}
