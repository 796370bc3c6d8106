using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Rtp;

/// <summary>RFC 3711 appendix B.2 and B.3, RFC 7714 §16.1 and §17.1, and packets of another implementation.</summary>
public class SrtpVectorTests
{
    private static readonly SrtpMasterKey Master = new(Hex("E1F97A0D3E018BE0D64FA32C06DE4139"), Hex("0EC675AD498AFEEBB6960B3AABE6"));

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", ""));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Aes_counter_mode_makes_the_key_stream_of_B2(bool usePlatform)
    {
        using var cipher = new AesCounterMode(Hex("2B7E151628AED2A6ABF7158809CF4F3C"), usePlatform);
        var stream = new byte[0xFF02 * 16];
        cipher.Apply(Hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000"), stream);
        Assert.Equal(Hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0"), stream[..48]);
        Assert.Equal(Hex("EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44"), stream[^48..]);
    }

    [Fact]
    public void The_instructions_and_the_platform_agree_at_every_length()
    {
        var entropy = new EntropySource(new byte[32]);
        Span<byte> key = stackalloc byte[16];
        Span<byte> block = stackalloc byte[16];
        for (var length = 0; length <= 600; length++)
        {
            entropy.Fill(key);
            entropy.Fill(block);
            var expected = new byte[length];
            entropy.Fill(expected);
            var actual = expected.ToArray();
            using var fast = new AesCounterMode(key);
            using var oracle = new AesCounterMode(key, usePlatform: true);
            fast.Apply(block, actual);
            oracle.Apply(block, expected);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Gcm_by_instructions_and_by_the_platform_agree_at_every_length()
    {
        var entropy = new EntropySource(new byte[32]);
        var key = new byte[16];
        var nonce = new byte[12];
        for (var length = 0; length <= 400; length++)
        {
            entropy.Fill(key);
            entropy.Fill(nonce);
            var plain = new byte[length];
            var associated = new byte[length % 45];
            entropy.Fill(plain);
            entropy.Fill(associated);
            using var fast = new AesGcmMode(key);
            using var oracle = new AesGcmMode(key, usePlatform: true);
            byte[] actual = [.. plain], expected = [.. plain], tag = new byte[16], expectedTag = new byte[16];
            fast.Encrypt(nonce, actual, tag, associated);
            oracle.Encrypt(nonce, expected, expectedTag, associated);
            Assert.Equal(expected, actual);
            Assert.Equal(expectedTag, tag);
            Assert.True(oracle.TryDecrypt(nonce, expected, tag, associated));
            Assert.True(fast.TryDecrypt(nonce, actual, tag, associated));
            Assert.Equal(plain, actual);
            tag[length % 16] ^= 1;
            Assert.False(fast.TryDecrypt(nonce, actual, tag, associated));
            Assert.False(oracle.TryDecrypt(nonce, expected, tag, associated));
        }
    }

    [Fact]
    public void Session_keys_are_those_of_B3()
    {
        Assert.Equal(Hex("C61E7A93744F39EE10734AFE3FF7A087"), SrtpKeyDerivation.Derive(Master, SrtpLabel.RtpEncryption, 16));
        Assert.Equal(Hex("30CBBC08863D8C85D49DB34A9AE1"), SrtpKeyDerivation.Derive(Master, SrtpLabel.RtpSalt, 14));
        Assert.Equal(
            Hex(
                "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5F"
                + "BCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2"),
            SrtpKeyDerivation.Derive(Master, SrtpLabel.RtpAuthentication, 94));
    }

    [Fact]
    public void An_aes_cm_packet_is_the_one_other_implementations_make()
    {
        var buffer = Hex("800f1234decafbadcafebabe abababababababababababababababab 00000000000000000000");
        using var context = new SrtpContext(SrtpProfile.Aes128CmHmacSha1, Master);
        Assert.Equal(38, context.ProtectRtp(buffer, 28, out _));
        Assert.Equal(Hex("800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb"), buffer);
    }

    /// <summary>RFC 3711 §4.2: the shorter tag is the beginning of the longer one, and SRTCP keeps all of it (§5.2).</summary>
    [Fact]
    public void The_short_tag_is_the_beginning_of_the_long_one()
    {
        var buffer = Hex("800f1234decafbadcafebabe abababababababababababababababab 00000000");
        using var context = new SrtpContext(SrtpProfile.Aes128CmHmacSha1Short, Master);
        Assert.Equal(32, context.ProtectRtp(buffer, 28, out _));
        Assert.Equal(Hex("800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc"), buffer);
        Assert.Equal(24 + 4 + 10, context.ProtectRtcp(new byte[64], 24, out _));
    }

    [Fact]
    public void An_aes_cm_srtcp_packet_is_the_one_other_implementations_make()
    {
        var buffer = Hex("81c8000bcafebabe abababababababababababababababab 0000000000000000000000000000");
        var start = new SrtpStreamState(0xCAFEBABE, new ReplayWindow(0, UInt128.One));
        using var context = new SrtpContext(new SrtpContextState(SrtpProfile.Aes128CmHmacSha1, Master, [], [start]));
        Assert.Equal(38, context.ProtectRtcp(buffer, 24, out _));
        Assert.Equal(Hex("81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798"), buffer);
    }

    [Fact]
    public void The_gcm_packet_of_rfc_7714_section_16_is_made_and_read()
    {
        using var transform = new AesGcmTransform(Hex("000102030405060708090a0b0c0d0e0f"), Hex("517569642070726f2071756f"));
        var plain = Hex("8040f17b8041f8d35501a0b2 47616c6c696120657374206f6d6e697320646976697361 20696e207061727465732074726573");
        var buffer = new byte[plain.Length + 16];
        plain.CopyTo(buffer, 0);
        Assert.Equal(buffer.Length, transform.ProtectRtp(buffer, 12, plain.Length, 0x5501a0b2, 0xf17b));
        Assert.Equal(
            Hex("8040f17b8041f8d35501a0b2 f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833 899d7f27beb16a9152cf765ee4390cce"),
            buffer);
        Assert.Equal(plain.Length, transform.UnprotectRtp(buffer, 12, 0x5501a0b2, 0xf17b));
        Assert.Equal(plain, buffer[..plain.Length]);
    }

    [Fact]
    public void The_gcm_packet_of_rfc_7714_section_17_is_made_and_read()
    {
        using var transform = new AesGcmTransform(Hex("000102030405060708090a0b0c0d0e0f"), Hex("517569642070726f2071756f"));
        var plain = Hex("81c8000d4d617273 4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef");
        var buffer = new byte[plain.Length + 20];
        plain.CopyTo(buffer, 0);
        Assert.Equal(buffer.Length, transform.ProtectRtcp(buffer, plain.Length, 0x4d617273, 0x5d4));
        Assert.Equal(
            Hex(
                "81c8000d4d617273 63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf872"
                + "45d9eade 800005d4"),
            buffer);
        Assert.Equal(plain.Length, transform.UnprotectRtcp(buffer, 0x4d617273, 0x800005d4));
        Assert.Equal(plain, buffer[..plain.Length]);
    }
}
