using System.Security.Cryptography;
using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Digest;

/// <summary>AKAv1-MD5 (RFC 3310) with the first test set of TS 35.208 §4.3.</summary>
public class AkaTests
{
    private const string K = "465b5ce8b199b49faa5f0a2ee238a6bc";
    private const string OperatorKey = "cd63cb71954a9f4e48a5994e37a02baf";
    private const string Secret = $"aka:{K}:{OperatorKey}";

    private static readonly byte[] Rand = Convert.FromHexString("23553cbe9637a89d218ae64dae47bf35");
    private static readonly byte[] ConcealedSequence = Xor("ff9bb4d0b607", "aa689c648370");
    private static readonly byte[] Field = Convert.FromHexString("b9b9");
    private static readonly byte[] Mac = Convert.FromHexString("4a9ffac354dfafb3");
    private static readonly byte[] Response = Convert.FromHexString("a54211d5e3ba50bf");

    private static string Nonce => Convert.ToBase64String([.. Rand, .. ConcealedSequence, .. Field, .. Mac]);

    [Fact]
    public void Milenage_gives_what_the_test_set_says()
    {
        Assert.True(AkaKey.TryParse(Secret, out var key));
        var outcome = Milenage.Compute(key, Rand, ConcealedSequence, Field);
        Assert.Equal((Convert.ToHexString(Mac), Convert.ToHexString(Response)), (Convert.ToHexString(outcome.Mac), Convert.ToHexString(outcome.Response)));
    }

    [Fact]
    public void A_challenge_is_answered_with_RES_for_a_password()
    {
        var (client, request) = (new DigestClient(new SipCredentials("ana@ims.test", Secret), new EntropySource(new byte[32])), Register());
        Assert.True(client.IsAka);
        Assert.Equal(DigestOutcome.Answered, client.Receive(request, Challenge(request, "AKAv1-MD5", Nonce)));
        client.Authorize(request);
        Assert.True(DigestFields.TryParse(request.Headers["Authorization"], out var fields));
        Assert.Equal("AKAv1-MD5", fields["algorithm"]);
        var secret = Hash([.. "ana@ims.test:ims.test:"u8, .. Response]);
        var what = Hash("REGISTER:sip:ims.test"u8.ToArray());
        Assert.Equal(Hash(Encoding.UTF8.GetBytes($"{secret}:{Nonce}:{fields["nc"]}:{fields["cnonce"]}:auth:{what}")), fields["response"]);
    }

    [Fact]
    public void A_network_that_does_not_know_the_key_gets_no_answer()
    {
        var (client, request) = (new DigestClient(new SipCredentials("ana", Secret), new EntropySource(new byte[32])), Register());
        var forged = Convert.FromBase64String(Nonce);
        forged[^1] ^= 1;
        foreach (var nonce in (string[])[Convert.ToBase64String(forged), "AAAA", "not base64!", Convert.ToBase64String(new byte[31])])
            Assert.Equal(DigestOutcome.Refused, client.Receive(request, Challenge(request, "AKAv1-MD5", nonce)));
    }

    [Fact]
    public void Keys_answer_AKA_only_and_passwords_anything_else_only()
    {
        var request = Register();
        var aka = new DigestClient(new SipCredentials("ana", Secret), new EntropySource(new byte[32]));
        Assert.Equal(DigestOutcome.Unsupported, aka.Receive(request, Challenge(request, "MD5", "n")));
        var password = new DigestClient(new SipCredentials("ana", "aka:but not so"), new EntropySource(new byte[32]));
        Assert.False(password.IsAka);
        Assert.Equal(DigestOutcome.Unsupported, password.Receive(request, Challenge(request, "AKAv1-MD5", Nonce)));
        Assert.Equal(DigestOutcome.Answered, password.Receive(request, Challenge(request, "SHA-256", "n")));
    }

    [Theory]
    [InlineData("aka:")]
    [InlineData("aka:00:00")]
    [InlineData($"aka:{K}")]
    [InlineData($"aka:{K}:{K}:{K}")]
    [InlineData($"aka:{K}:zz63cb71954a9f4e48a5994e37a02baf")]
    public void What_is_no_key_is_a_password(string secret) => Assert.False(AkaKey.TryParse(secret, out _));

    private static SipRequest Register()
    {
        var request = new SipRequest(SipMethods.Register, new SipUri("sip:ims.test"));
        request.Headers.Add("Via", "SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1");
        request.Headers.Add("From", "<sip:ana@ims.test>;tag=1");
        request.Headers.Add("To", "<sip:ana@ims.test>");
        request.Headers.Add("Call-ID", "1");
        request.Headers.Add("CSeq", "1 REGISTER");
        return request;
    }

    private static SipResponse Challenge(SipRequest request, string algorithm, string nonce)
    {
        var response = SipResponse.For(request, 401);
        response.Headers.Add("WWW-Authenticate", $"Digest realm=\"ims.test\", nonce=\"{nonce}\", algorithm={algorithm}, qop=\"auth\"");
        return response;
    }

    private static byte[] Xor(string a, string b) => [.. Convert.FromHexString(a).Zip(Convert.FromHexString(b), (x, y) => (byte)(x ^ y))];

#pragma warning disable CA5351 // What RFC 3310 asks for.
    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351
}
