using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Digest;

public class DigestTests
{
    private readonly DigestClient _client = new(new SipCredentials("Mufasa", "Circle of Life"), new EntropySource(new byte[32]));

    /// <summary>RFC 7616 §3.9.1.</summary>
    [Theory]
    [InlineData(DigestAlgorithm.Md5, "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData(DigestAlgorithm.Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    public void The_vectors_of_RFC_7616_are_met(DigestAlgorithm algorithm, string expected) => Assert.Equal(expected, new DigestResponse(
        algorithm, false, "Mufasa", "http-auth@example.org", "Circle of Life", "GET", "/dir/index.html",
        "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ").Compute());

    /// <summary>RFC 2069 as corrected by its erratum: no qop, no client nonce.</summary>
    [Fact]
    public void Without_qop_the_old_form_is_used() => Assert.Equal("1949323746fe6a43ef61f9606e7febea", new DigestResponse(
        DigestAlgorithm.Md5, false, "Mufasa", "testrealm@host.com", "CircleOfLife", "GET", "/dir/index.html",
        "dcd98b7102dd2f0e8b11d0f600bfb0c093", null, null).Compute());

    [Theory]
    [InlineData("Basic realm=\"x\"")]
    [InlineData("Digest")]
    [InlineData("Digest realm=\"x\"")]
    [InlineData("Digest realm=\"x\", nonce=\"\"")]
    [InlineData("Digest realm=\"x, nonce=\"n\"")]
    [InlineData("Digest realm=\"x\" nonce=\"n\"")]
    [InlineData("Digest realm=\"x\", nonce=\"n\", realm=\"y\"")]
    [InlineData("Digest realm=\"x\", nonce=\"n\", algorithm=SHA-1")]
    [InlineData("Digest realm=\"x\", nonce=\"n\", qop=\"auth-int\"")]
    public void A_challenge_we_cannot_answer_is_not_accepted(string text) => Assert.False(DigestChallenge.TryParse(text, out _));

    [Fact]
    public void Of_two_challenges_the_stronger_algorithm_is_answered()
    {
        var request = Request();
        Assert.Equal(DigestOutcome.Answered, _client.Receive(request, Challenge(
            "Digest realm=\"r\", nonce=\"weak\", algorithm=MD5, qop=\"auth\"",
            "Digest realm=\"r\", nonce=\"strong\", algorithm=SHA-256, qop=\"auth,auth-int\", opaque=\"o\\\"p\"",
            "Digest realm=\"r\", nonce=\"other\", algorithm=SHA-512-256, qop=\"auth\"")));
        _client.Authorize(request);
        Assert.True(DigestFields.TryParse(request.Headers["Authorization"], out var fields));
        Assert.Equal(("strong", "SHA-256", "00000001", "auth"), (fields["nonce"], fields["algorithm"], fields["nc"], fields["qop"]));
        Assert.Equal("o\"p", fields["opaque"]);
        var expected = new DigestResponse(
            DigestAlgorithm.Sha256, false, "Mufasa", "r", "Circle of Life", "REGISTER", "sip:ims.test", "strong", "00000001", fields["cnonce"]);
        Assert.Equal(expected.Compute(), fields["response"]);
    }

    [Fact]
    public void Later_requests_answer_ahead_with_a_growing_count()
    {
        _client.Receive(Request(), Challenge("Digest realm=\"r\", nonce=\"n\", qop=\"auth\""));
        var first = Request();
        var second = Request();
        _client.Authorize(first);
        _client.Authorize(second);
        Assert.Contains("nc=00000001", first.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Contains("nc=00000002", second.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_challenge_after_a_fresh_answer_means_a_wrong_password()
    {
        var request = Request();
        Assert.Equal(DigestOutcome.Answered, _client.Receive(request, Challenge("Digest realm=\"r\", nonce=\"n1\", qop=\"auth\"")));
        _client.Authorize(request);
        Assert.Equal(DigestOutcome.Refused, _client.Receive(request, Challenge("Digest realm=\"r\", nonce=\"n2\", qop=\"auth\"")));
    }

    [Fact]
    public void A_stale_nonce_is_answered_again_but_not_for_ever()
    {
        var request = Request();
        _client.Receive(request, Challenge("Digest realm=\"r\", nonce=\"n0\", qop=\"auth\""));
        var outcomes = new List<DigestOutcome>();
        for (var i = 1; i <= 3; i++)
        {
            _client.Authorize(request);
            outcomes.Add(_client.Receive(request, Challenge($"Digest realm=\"r\", nonce=\"n{i}\", qop=\"auth\", stale=TRUE")));
        }

        Assert.Equal([DigestOutcome.Answered, DigestOutcome.Answered, DigestOutcome.Refused], outcomes);
    }

    [Fact]
    public void An_aged_nonce_refused_without_stale_gets_one_fresh_answer()
    {
        var request = Request();
        _client.Receive(request, Challenge("Digest realm=\"r\", nonce=\"n1\", qop=\"auth\""));
        _client.Accepted();
        _client.Authorize(request);
        Assert.Equal(DigestOutcome.Answered, _client.Receive(request, Challenge("Digest realm=\"r\", nonce=\"n2\", qop=\"auth\"")));
        _client.Authorize(request);
        Assert.Equal(DigestOutcome.Refused, _client.Receive(request, Challenge("Digest realm=\"r\", nonce=\"n3\", qop=\"auth\"")));
    }

    [Fact]
    public void A_proxy_and_a_registrar_are_answered_side_by_side()
    {
        var request = Request();
        _client.Receive(request, Challenge("Digest realm=\"r\", nonce=\"n\", qop=\"auth\""));
        var proxy = SipResponse.For(request, 407);
        proxy.Headers.Add("Proxy-Authenticate", "Digest realm=\"p\", nonce=\"m\"");
        Assert.Equal(DigestOutcome.Answered, _client.Receive(request, proxy));
        _client.Authorize(request);
        Assert.Contains("realm=\"r\"", request.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Contains("realm=\"p\"", request.Headers["Proxy-Authorization"], StringComparison.Ordinal);
        Assert.DoesNotContain("nc=", request.Headers["Proxy-Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public void Each_proxy_on_the_way_has_its_own_realm_up_to_four()
    {
        var request = Request();
        var outcomes = new List<DigestOutcome>();
        for (var i = 0; i < 5; i++)
        {
            var proxy = SipResponse.For(request, 407);
            proxy.Headers.Add("Proxy-Authenticate", $"Digest realm=\"p{i}\", nonce=\"n{i}\"");
            outcomes.Add(_client.Receive(request, proxy));
            _client.Authorize(request);
        }

        Assert.Equal([.. Enumerable.Repeat(DigestOutcome.Answered, 4), DigestOutcome.Refused], outcomes);
        Assert.Equal(4, request.Headers.Lines("Proxy-Authorization").Count());
    }

    private static SipRequest Request()
    {
        var request = new SipRequest(SipMethods.Register, new SipUri("sip:ims.test"));
        request.Headers.Add("Via", "SIP/2.0/UDP h;branch=z9hG4bK1");
        request.Headers.Add("From", "<sip:a@ims.test>;tag=1");
        request.Headers.Add("To", "<sip:a@ims.test>");
        request.Headers.Add("Call-ID", "c");
        request.Headers.Add("CSeq", "1 REGISTER");
        return request;
    }

    private static SipResponse Challenge(params string[] challenges)
    {
        var response = SipResponse.For(Request(), 401);
        foreach (var challenge in challenges) response.Headers.Add("WWW-Authenticate", challenge);
        return response;
    }
}
