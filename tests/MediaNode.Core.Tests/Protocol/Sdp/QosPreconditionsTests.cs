using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

/// <summary>RFC 3312 §4 and §5 with segmented status, as TS 24.229 §6.1 uses it.</summary>
public class QosPreconditionsTests
{
    private const string Head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
    private const string Audio = "m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n";

    [Theory]
    [InlineData("none", MediaDirection.Inactive, false)]
    [InlineData("send", MediaDirection.SendOnly, false)]
    [InlineData("recv", MediaDirection.ReceiveOnly, false)]
    [InlineData("sendrecv", MediaDirection.SendReceive, true)]
    [InlineData("nonsense", MediaDirection.Inactive, false)]
    public void What_the_peer_has_reserved_is_its_local_status(string word, MediaDirection reserved, bool isReady)
    {
        var read = QosPreconditions.Read(
            Head + Audio + $"a=curr:qos remote sendrecv\r\na=curr:qos local {word}\r\na=des:qos mandatory local sendrecv\r\na=des:qos none remote sendrecv\r\n");
        Assert.Equal((reserved, isReady, true), (read!.Peer, read.IsPeerReady, read.IsMandatory));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a=curr:qos local none\r\n")]
    [InlineData("a=des:sec mandatory e2e sendrecv\r\n")]
    public void Without_a_wish_there_are_no_preconditions(string lines) => Assert.Null(QosPreconditions.Read(Head + Audio + lines));

    [Fact]
    public void Lines_of_another_section_are_not_the_audios()
    {
        Assert.Null(QosPreconditions.Read(Head + Audio + "m=video 5000 RTP/AVP 97\r\na=des:qos mandatory local sendrecv\r\n"));
        Assert.Null(QosPreconditions.Read("nonsense"));
    }

    [Theory]
    [InlineData("a=des:qos optional local sendrecv\r\n", false)]
    [InlineData("a=des:qos mandatory remote sendrecv\r\n", false)]
    [InlineData("a=des:qos\r\na=curr:qos\r\na=des:qos mandatory local sendrecv\r\n", true)]
    public void Only_the_peers_own_segment_makes_us_wait(string lines, bool isMandatory) =>
        Assert.Equal(isMandatory, QosPreconditions.Read(Head + Audio + lines)!.IsMandatory);

    [Fact]
    public void Our_lines_stand_in_the_audio_section()
    {
        var sdp = Head + "m=audio 0 RTP/AVP 0\r\n" + Audio + "m=video 0 RTP/AVP 97\r\na=inactive\r\n";
        var answer = QosPreconditions.Unknown.AddToAnswer(sdp);
        Assert.Equal(
            Head + "m=audio 0 RTP/AVP 0\r\n" + Audio
            + "a=curr:qos local sendrecv\r\na=curr:qos remote none\r\na=des:qos mandatory local sendrecv\r\n"
            + "a=des:qos mandatory remote sendrecv\r\na=conf:qos remote sendrecv\r\nm=video 0 RTP/AVP 97\r\na=inactive\r\n",
            answer);
    }

    [Fact]
    public void A_peer_that_is_ready_need_not_confirm_anything()
    {
        var ready = QosPreconditions.Read(Head + Audio + "a=curr:qos local sendrecv\r\na=des:qos mandatory local sendrecv\r\n")!;
        var answer = ready.AddToAnswer(Head + Audio);
        Assert.Contains("a=curr:qos remote sendrecv\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("a=conf", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void An_offer_demands_nothing_of_the_peer()
    {
        var offer = QosPreconditions.Unknown.AddToOffer(Head + Audio);
        Assert.EndsWith(
            "a=curr:qos local sendrecv\r\na=curr:qos remote none\r\na=des:qos mandatory local sendrecv\r\na=des:qos none remote sendrecv\r\n",
            offer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_description_without_audio_stays_as_it_is() => Assert.Equal(Head, QosPreconditions.Unknown.AddToOffer(Head));

    [Fact]
    public void Every_prefix_is_read_without_a_fault()
    {
        var sdp = Head + Audio + "a=curr:qos local none\r\na=des:qos mandatory local sendrecv\r\na=conf:qos remote sendrecv\r\n";
        for (var length = 0; length < sdp.Length; length++) QosPreconditions.Read(sdp[..length]);
    }
}
