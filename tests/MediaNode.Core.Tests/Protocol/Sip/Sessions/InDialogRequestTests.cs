using System.Text;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>Requests of the other side of a call.</summary>
public sealed class InDialogRequestTests : IncomingRequestRig
{
    [Theory]
    [InlineData("INFO", 200)]
    [InlineData("OPTIONS", 200)]
    [InlineData("UPDATE", 200)]
    [InlineData("PRACK", 481)]
    [InlineData("MESSAGE", 405)]
    public void In_our_dialog_a_method_without_body_gets(string method, int status)
    {
        Peer.Send(Us, InDialog(method, 8, Answer()));
        Assert.Equal([status], Peer.Statuses(method));
        Assert.Empty(Us.Events.OfType<SessionReinvited>());
    }

    [Fact]
    public void BYE_before_the_answer_ends_the_invitation()
    {
        Invite();
        Us.Agent.Progress(Network.Now, Session, 180, null);
        Network.Settle();
        var tag = Peer.Received.OfType<SipResponse>().Last().To.Tag!;
        Peer.Send(Us, InDialog("BYE", 8, tag));
        Assert.Equal(SipEndingKind.RemoteBye, Us.Only<SessionEnded>().Ending.Kind);
        Assert.Equal([100, 180, 487], Peer.Statuses("INVITE"));
        Assert.Equal([200], Peer.Statuses("BYE"));
    }

    [Fact]
    public void A_request_older_than_the_last_one_gets_500()
    {
        var tag = Answer();
        Peer.Send(Us, InDialog("INFO", 9, tag));
        Peer.Send(Us, InDialog("BYE", 9, tag));
        Peer.Send(Us, InDialog("BYE", 8, tag));
        Assert.Equal([500, 500], Peer.Statuses("BYE"));
        Assert.Empty(Us.Events.OfType<SessionEnded>());
    }

    [Theory]
    [InlineData("Signal=5\r\nDuration=250\r\n", '5', 250)]
    [InlineData("Signal= 11\nDuration= 1\n", '#', 1)]
    [InlineData("Duration=99999999\r\nSignal=d", 'D', 10_000)]
    [InlineData("Signal=*", '*', 160)]
    public void A_digit_in_INFO_is_told(string body, char digit, int ms)
    {
        Peer.Send(Us, Info(Answer(), body));
        Assert.Equal(new SessionInfoDigit(Session, digit, TimeSpan.FromMilliseconds(ms)), Us.Only<SessionInfoDigit>());
        Assert.Equal([200], Peer.Statuses("INFO"));
    }

    [Theory]
    [InlineData("Signal=x")]
    [InlineData("Signal=12")]
    [InlineData("Duration=100")]
    [InlineData("\0\0\0")]
    public void A_digit_that_is_none_gets_415(string body)
    {
        Peer.Send(Us, Info(Answer(), body));
        Assert.Empty(Us.Events.OfType<SessionInfoDigit>());
        Assert.Equal([415], Peer.Statuses("INFO"));
    }

    [Fact]
    public void UPDATE_with_an_offer_is_a_reinvitation()
    {
        Peer.Send(Us, InDialog("UPDATE", 8, Answer(), VirtualAgent.Offer));
        Assert.Equal(VirtualAgent.Offer, Us.Only<SessionReinvited>().Offer);
        Us.Agent.AcceptReinvite(Network.Now, Session, VirtualAgent.Answer);
        Network.Settle();
        Assert.Equal(VirtualAgent.Answer, Peer.Received.OfType<SipResponse>().Last(r => r.CSeq.Method == "UPDATE").Sdp);
    }

    [Fact]
    public void A_second_offer_while_one_is_open_gets_500_with_a_time()
    {
        var tag = Answer();
        Peer.Send(Us, InDialog("INVITE", 8, tag, VirtualAgent.Offer));
        Peer.Send(Us, InDialog("INVITE", 9, tag, VirtualAgent.Offer));
        var refusal = Peer.Received.OfType<SipResponse>().Last();
        Assert.Equal(500, refusal.Status);
        Assert.InRange(refusal.Number("Retry-After")!.Value, 0u, 10u);
        Us.Only<SessionReinvited>();
    }

    [Fact]
    public void A_reinvitation_taken_back_gets_487_and_the_call_goes_on()
    {
        Peer.Send(Us, InDialog("INVITE", 8, Answer(), VirtualAgent.Offer));
        var branch = $"z9hG4bKb{Branches}";
        Send("CANCEL", branch);
        Assert.Equal(487, Peer.Statuses("INVITE").Last());
        Us.Agent.AcceptReinvite(Network.Now, Session, VirtualAgent.Answer);
        Network.Settle();
        Assert.Equal(487, Peer.Statuses("INVITE").Last());
        Us.Only<SessionReinviteWithdrawn>();
        Assert.Empty(Us.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void A_new_contact_in_a_reinvitation_moves_the_target()
    {
        var tag = Answer();
        Peer.Send(Us, InDialog("UPDATE", 8, tag).Replace("Max-Forwards: 70", "Contact: <sip:moved@127.0.0.1:5009>", StringComparison.Ordinal));
        Us.Agent.End(Network.Now, Session);
        Network.Settle();
        Assert.Equal("sip:moved@127.0.0.1:5009", Peer.LastRequest("BYE").Uri.Text);
    }

    private SipRequest Info(string tag, string body)
    {
        var info = (SipRequest)SipText.Parse(InDialog("INFO", 8, tag));
        info.SetBody("application/dtmf-relay", Encoding.ASCII.GetBytes(body));
        return info;
    }
}
