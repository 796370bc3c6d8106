using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>Sends the BYE of a dialog that nobody waits for any more (RFC 3261 §15.1.1).</summary>
internal static class Farewell
{
    public static void Say(Instant now, SipAgentCore core, SipLine line, DigestClient digest, SipDialog dialog)
    {
        var cseq = dialog.LocalCSeq + 1;
        var bye = dialog.Request(SipMethods.Bye, cseq);
        new DialogRequest(core, digest, dialog.NextHop(line.NextHop), () => ++cseq).Send(now, bye);
    }
}
