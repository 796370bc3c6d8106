using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>What names a dialog on our side (RFC 3261 §12): requests of the peer carry our tag in To.</summary>
public readonly record struct SipDialogId(string CallId, string LocalTag, string RemoteTag)
{
    /// <summary>The dialog that a request of the peer is for.</summary>
    public static SipDialogId Of(SipRequest request) => new(request.CallId, request.To.Tag ?? "", request.From.Tag ?? "");
}
