using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>Sends the BYE of a dialog that nobody waits for any more (RFC 3261 §15.1.1).</summary>
internal static class Farewell
{
    /// <param name="reason">Value of Reason (RFC 3326), or null where the BYE says enough.</param>
    public static void Say(Instant now, SipAgentCore core, SipLine line, DigestClient digest, SipDialog dialog, string? reason = null)
    {
        var cseq = dialog.LocalCSeq + 1;
        var bye = dialog.Request(SipMethods.Bye, cseq);
        if (reason is not null) bye.Headers.Add("Reason", reason);
        new DialogRequest(core, digest, core.NextHop(now, dialog, line), () => ++cseq).Send(now, bye);
    }
}
