using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Byon.Functions.Push.WebPush;

namespace Byon.Tests.Functions.Tests.Push;

public sealed class PayloadEncryptionTests
{
    private const string ReceiverKey = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    private const string AuthSecret = "BTBZMqHH6r4Tts7J_aSIgg";
    private const string SenderKey = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    private const string SenderSecret = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";

    [Fact]
    public void TheMessageOfRfc8291Section5IsReproduced()
    {
        using var sender = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = P256.PointOrNull(Base64Url.DecodeFromChars(SenderKey))!.Value,
            D = Base64Url.DecodeFromChars(SenderSecret),
        });

        var body = PayloadEncryption.Encrypt(
            Encoding.UTF8.GetBytes("When I grow up, I want to be a watermelon"), Receiver(), sender, Base64Url.DecodeFromChars("DGv6ra1nlYgDCS1FRnbzlw"));

        Assert.Equal(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
            Base64Url.EncodeToString(body));
    }

    [Fact]
    public void ABodyNeverPassesWhatEveryPushServiceTakes()
    {
        Assert.Equal(4096, PayloadEncryption.Encrypt(new byte[PayloadEncryption.MaximumPlaintext], Receiver()).Length);
        Assert.Throws<ArgumentException>(() => PayloadEncryption.Encrypt(new byte[PayloadEncryption.MaximumPlaintext + 1], Receiver()));
    }

    [Fact]
    public void NoTwoMessagesShareSaltOrKey()
    {
        var (one, two) = (PayloadEncryption.Encrypt("x"u8, Receiver()), PayloadEncryption.Encrypt("x"u8, Receiver()));
        Assert.NotEqual(one[..16], two[..16]);
        Assert.NotEqual(one[21..86], two[21..86]);
    }

    private static WebPushSubscription Receiver() => WebPushSubscription.Parse(
        $$$"""{"endpoint":"https://push.example/1","keys":{"p256dh":"{{{ReceiverKey}}}","auth":"{{{AuthSecret}}}"}}""", out _)!;
}
