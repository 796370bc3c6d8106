using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Messages;

public class SessionIdentifierTests
{
    private const string A = "ab30317f1a784dc48ff824d0d3715d86";
    private const string B = "47755a9de7794ba387653f2099600ef2";

    [Theory]
    [InlineData(A + ";remote=" + SessionIdentifier.Nil, A, SessionIdentifier.Nil)]
    [InlineData(" " + A + " ; remote=" + B + ";logme", A, B)]
    [InlineData(A, A, null)]
    public void What_is_well_formed_is_read(string text, string local, string? remote)
    {
        Assert.True(SessionIdentifier.TryParse(text, out var read));
        Assert.Equal(new SessionIdentifier(local, remote), read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(";remote=" + B)]
    [InlineData("AB30317F1A784DC48FF824D0D3715D86")]
    [InlineData(A + "0")]
    [InlineData(A + ";remote=x")]
    [InlineData(A + ";remote=\"")]
    [InlineData("ab30317f-1a78-4dc4-8ff8-24d0d3715d86")]
    public void What_is_not_is_as_if_it_were_not_there(string? text) => Assert.False(SessionIdentifier.TryParse(text, out _));

    [Fact]
    public void Every_prefix_of_a_good_one_is_read_or_not_and_nothing_is_thrown()
    {
        const string Whole = A + ";remote=" + B;
        for (var length = 0; length < Whole.Length; length++)
            Assert.True(!SessionIdentifier.TryParse(Whole[..length], out var read) || (length >= A.Length && read.Local == A));
    }

    [Fact]
    public void Ours_is_a_random_uuid()
    {
        var entropy = new EntropySource(new byte[32]);
        var one = SessionIdentifier.New(entropy);
        Assert.True(SessionIdentifier.TryParse(one.ToString(), out _));
        Assert.Equal((4, SessionIdentifier.Nil), (Guid.ParseExact(one.Local, "N").Version, one.Remote));
        Assert.NotEqual(one.Local, SessionIdentifier.New(entropy).Local);
    }

    [Fact]
    public void A_peer_of_the_older_kind_shares_its_one_with_us()
    {
        var invite = (SipRequest)SipText.Parse(SipText.Invite.Replace("Max-Forwards: 70", $"Session-ID: {A}", StringComparison.Ordinal));
        Assert.Equal(A, SessionIdentifier.New(new EntropySource(new byte[32])).Hear(invite).ToString());
    }
}
