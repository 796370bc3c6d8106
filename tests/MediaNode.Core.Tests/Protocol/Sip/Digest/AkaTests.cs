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

    [Theory]
    [InlineData(K, OperatorKey, "23553cbe9637a89d218ae64dae47bf35", "ff9bb4d0b607", "b9b9", "4a9ffac354dfafb3", "a54211d5e3ba50bf", "aa689c648370")]
    [InlineData("0396eb317b6d1c36f19c1c84cd6ffd16", "53c15671c60a4b731c55b4a441c0bde2", "c00d603103dcee52c4478119494202e8", "fd8eef40df7d", "af17", "5df5b31807e258b0", "d3a628ed988620f0", "c47783995f72")]
    [InlineData("fec86ba6eb707ed08905757b1bb44b8f", "1006020f0a478bf6b699f15c062e42b3", "9f7c8d021accf4db213ccff0c7f71a6a", "9d0277595ffc", "725c", "9cabc3e99baf7281", "8011c48c0c214ed2", "33484dc2136b")]
    [InlineData("9e5944aea94b81165c82fbf9f32db751", "a64a507ae1a2a98bb88eb4210135dc87", "ce83dbc54ac0274a157c17f80d017bd6", "0b604a81eca8", "9e09", "74a58220cba84c49", "f365cd683cd92e96", "f0b9c08ad02e")]
    [InlineData("4ab1deb05ca6ceb051fc98e77d026a84", "dcf07cbd51855290b92a07a9891e523e", "74b0cd6031a1c8339b2b6ce2b8c4a186", "e880a1b580b6", "9f07", "49e785dd12626ef2", "5860fc1bce351e7e", "31e11a609118")]
    public void Milenage_gives_what_the_test_sets_say(string k, string opc, string rand, string sequence, string field, string mac, string response, string anonymity)
    {
        Assert.True(AkaKey.TryParse($"aka:{k}:{opc}", out var key));
        var outcome = Milenage.Compute(key, Convert.FromHexString(rand), Xor(sequence, anonymity), Convert.FromHexString(field));
        Assert.Equal(
            (mac, response, Convert.ToUInt64(sequence, 16)),
            (Convert.ToHexStringLower(outcome.Mac), Convert.ToHexStringLower(outcome.Response), outcome.Sequence));
    }

    /// <summary>f5* of the test sets. The sets give f1* with an AMF of their own, and AUTS has zeros there: it is checked by its own definition.</summary>
    [Theory]
    [InlineData(K, OperatorKey, "23553cbe9637a89d218ae64dae47bf35", "ff9bb4d0b607", "451e8beca43b")]
    [InlineData("0396eb317b6d1c36f19c1c84cd6ffd16", "53c15671c60a4b731c55b4a441c0bde2", "c00d603103dcee52c4478119494202e8", "fd8eef40df7d", "30f1197061c1")]
    [InlineData("fec86ba6eb707ed08905757b1bb44b8f", "1006020f0a478bf6b699f15c062e42b3", "9f7c8d021accf4db213ccff0c7f71a6a", "9d0277595ffc", "deacdd848cc6")]
    [InlineData("9e5944aea94b81165c82fbf9f32db751", "a64a507ae1a2a98bb88eb4210135dc87", "ce83dbc54ac0274a157c17f80d017bd6", "0b604a81eca8", "6085a86c6f63")]
    [InlineData("4ab1deb05ca6ceb051fc98e77d026a84", "dcf07cbd51855290b92a07a9891e523e", "74b0cd6031a1c8339b2b6ce2b8c4a186", "e880a1b580b6", "fe2555e54aa9")]
    [InlineData("6c38a116ac280c454f59332ee35c8c4f", "3803ef5363b947c6aaa225e58fae3934", "ee6466bc96202c5a557abbeff8babf63", "414b98222181", "1f53cd2b1113")]
    public void Synchronisation_conceals_the_sequence_as_the_test_sets_say(string k, string opc, string rand, string sequence, string anonymity)
    {
        Assert.True(AkaKey.TryParse($"aka:{k}:{opc}", out var key));
        var auts = Milenage.Resynchronise(key, Convert.FromHexString(rand), Convert.ToUInt64(sequence, 16));
        Assert.Equal(14, auts.Length);
        Assert.Equal(Convert.ToHexString(Xor(sequence, anonymity)), Convert.ToHexString(auts[..6]));
    }

    [Theory]
    [InlineData(K, OperatorKey, "23553cbe9637a89d218ae64dae47bf35", "ff9bb4d0b607", "b9b9", "01cfaf9ec4e871e9")]
    [InlineData("0396eb317b6d1c36f19c1c84cd6ffd16", "53c15671c60a4b731c55b4a441c0bde2", "c00d603103dcee52c4478119494202e8", "fd8eef40df7d", "af17", "a8c016e51ef4a343")]
    [InlineData("fec86ba6eb707ed08905757b1bb44b8f", "1006020f0a478bf6b699f15c062e42b3", "9f7c8d021accf4db213ccff0c7f71a6a", "9d0277595ffc", "725c", "95814ba2b3044324")]
    [InlineData("9e5944aea94b81165c82fbf9f32db751", "a64a507ae1a2a98bb88eb4210135dc87", "ce83dbc54ac0274a157c17f80d017bd6", "0b604a81eca8", "9e09", "ac2cc74a96871837")]
    [InlineData("4ab1deb05ca6ceb051fc98e77d026a84", "dcf07cbd51855290b92a07a9891e523e", "74b0cd6031a1c8339b2b6ce2b8c4a186", "e880a1b580b6", "9f07", "9e85790336bb3fa2")]
    [InlineData("6c38a116ac280c454f59332ee35c8c4f", "3803ef5363b947c6aaa225e58fae3934", "ee6466bc96202c5a557abbeff8babf63", "414b98222181", "4464", "80246b8d0186bcf1")]
    public void The_proof_of_synchronisation_is_what_the_test_sets_say(string k, string opc, string rand, string sequence, string field, string proof)
    {
        Assert.True(AkaKey.TryParse($"aka:{k}:{opc}", out var key));
        Assert.Equal(proof, Convert.ToHexStringLower(Milenage.SynchronisationCode(
            key, Convert.FromHexString(rand), Convert.FromHexString(sequence), Convert.FromHexString(field))));
    }

    [Fact]
    public void An_old_sequence_number_is_answered_with_AUTS_and_the_next_challenge_as_always()
    {
        var (client, request) = (new DigestClient(new SipCredentials("ana", Secret), new EntropySource(new byte[32])), Register());
        client.AkaSequence = 0xff9bb4d0b607;
        Assert.Equal(DigestOutcome.Answered, client.Receive(request, Challenge(request, "AKAv1-MD5", Nonce)));
        client.Authorize(request);
        Assert.True(DigestFields.TryParse(request.Headers["Authorization"], out var fields));
        var auts = Convert.FromBase64String(fields["auts"]!);
        Assert.Equal(Convert.ToHexString(Xor("ff9bb4d0b607", "451e8beca43b")), Convert.ToHexString(auts[..6]));
        Assert.Equal(Hash(Encoding.UTF8.GetBytes($"{Hash("ana:ims.test:"u8.ToArray())}:{Nonce}:{fields["nc"]}:{fields["cnonce"]}:auth:{Hash("REGISTER:sip:ims.test"u8.ToArray())}")), fields["response"]);

        Assert.True(AkaKey.TryParse(Secret, out var key));
        byte[] next = [0xff, 0x9b, 0xb4, 0xd0, 0xb6, 0x08], concealed = [.. next.Zip(Convert.FromHexString("aa689c648370"), (x, y) => (byte)(x ^ y))];
        var mac = Milenage.Compute(key, Rand, concealed, Field).Mac;
        Assert.Equal(DigestOutcome.Answered, client.Receive(request, Challenge(request, "AKAv1-MD5", Convert.ToBase64String([.. Rand, .. concealed, .. Field, .. mac]))));
        client.Authorize(request);
        Assert.True(DigestFields.TryParse(request.Headers["Authorization"], out fields));
        Assert.Null(fields["auts"]);
        Assert.Equal(0xff9bb4d0b608ul, client.AkaSequence);
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
