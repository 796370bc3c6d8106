using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

public class CallEndTests
{
    [Theory]
    [InlineData(486, false, CallState.Busy, "busy")]
    [InlineData(600, false, CallState.Busy, "busy")]
    [InlineData(603, false, CallState.Declined, "declined")]
    [InlineData(408, false, CallState.NoAnswer, "no-answer")]
    [InlineData(480, true, CallState.NoAnswer, "no-answer")]
    [InlineData(480, false, CallState.NotReachable, "unavailable")]
    [InlineData(404, false, CallState.NotReachable, "unknown-number")]
    [InlineData(604, false, CallState.NotReachable, "unknown-number")]
    [InlineData(410, false, CallState.NotReachable, "number-gone")]
    [InlineData(484, false, CallState.NotReachable, "number-incomplete")]
    [InlineData(487, true, CallState.SessionCancelled, "cancelled")]
    [InlineData(401, false, CallState.Failed, "credentials-refused")]
    [InlineData(407, false, CallState.Failed, "credentials-refused")]
    [InlineData(403, false, CallState.Failed, "forbidden")]
    [InlineData(488, false, CallState.Failed, "media-not-acceptable")]
    [InlineData(606, false, CallState.Failed, "media-not-acceptable")]
    [InlineData(302, false, CallState.Failed, "redirected")]
    [InlineData(412, false, CallState.Failed, "refused")]
    [InlineData(430, false, CallState.Failed, "refused")]
    [InlineData(500, false, CallState.Failed, "network-failure")]
    [InlineData(503, true, CallState.Failed, "network-failure")]
    [InlineData(699, false, CallState.Failed, "refused")]
    public void A_refusal_by_the_network_ends_the_call_as_the_table_has_it(int status, bool alerted, CallState state, string reason)
    {
        var rig = CallRig.Outgoing();
        if (alerted) rig.Provisional(180);

        rig.Ended(SipEndingKind.Rejected, status, "Because");

        var end = rig.Call.Description.End!;
        Assert.Equal((state, reason, $"SIP {status} Because"), (end.State, end.Reason, end.SipLine));
        var told = rig.Events[^1];
        Assert.Equal(state, told.State);
        Assert.Contains($"SIP {status} Because", told.Reason, StringComparison.Ordinal);
        Assert.True(rig.Call.IsOver);
        Assert.Equal(1, rig.Releases);
        Assert.Empty(rig.Sip.OfType<EndSession>());
    }

    [Fact]
    public void A_phrase_from_the_network_is_cut_to_a_bounded_length() =>
        Assert.True(CallEnd.Rejected(500, new string('x', 10_000), alerted: false).SipLine!.Length < 120);

    [Theory]
    [InlineData(SipEndingKind.Timeout, CallState.Failed, "network-unreachable")]
    [InlineData(SipEndingKind.Unreachable, CallState.Failed, "network-unreachable")]
    public void A_network_that_does_not_answer_fails_the_call(SipEndingKind kind, CallState state, string reason)
    {
        var rig = CallRig.Outgoing();
        rig.Ended(kind);
        Assert.Equal((state, reason, CallEndClass.Network), (rig.State, rig.Call.Description.End!.Reason, rig.Call.Description.End.Class));
    }

    [Theory]
    [InlineData(SipEndingKind.RemoteBye, 0, "remote-hangup", CallEndClass.Success)]
    [InlineData(SipEndingKind.Timeout, 0, "network-silent", CallEndClass.Network)]
    [InlineData(SipEndingKind.Unreachable, 0, "network-unreachable", CallEndClass.Network)]
    [InlineData(SipEndingKind.Rejected, 481, "dialog-lost", CallEndClass.Network)]
    public void A_connected_call_always_ends_as_terminated(SipEndingKind kind, int status, string reason, CallEndClass endClass)
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Ended(kind, status, "Gone");
        Assert.Equal((CallState.Terminated, reason, endClass), (rig.State, rig.Call.Description.End!.Reason, rig.Call.Description.End.Class));
    }

    [Theory]
    [InlineData(200, "answered-elsewhere")]
    [InlineData(486, "caller-cancelled")]
    [InlineData(null, "caller-cancelled")]
    public void A_cancel_tells_whether_another_device_answered(int? cause, string reason)
    {
        var rig = CallRig.Incoming();
        rig.Ended(SipEndingKind.RemoteCancel, 487, "Request Terminated", cause);
        Assert.Equal((CallState.SessionCancelled, reason), (rig.State, rig.Call.Description.End!.Reason));
        Assert.Empty(rig.Sip);
    }
}
