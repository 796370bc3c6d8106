using Byon.Functions.Push;

namespace Byon.Tests.Functions.Tests.Push;

public sealed class PushTargetTests
{
    private const string Subscription =
        """{"endpoint":"https://push.example/1","expirationTime":null,"keys":{"p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4","auth":"BTBZMqHH6r4Tts7J_aSIgg"}}""";

    [Fact]
    public void TheFormOfATokenTellsItsPushService()
    {
        var browser = Assert.IsType<WebPushTarget>(PushTarget.Parse(Subscription, out _));
        Assert.Equal(new Uri("https://push.example/1"), browser.Subscription.Endpoint);
        Assert.IsType<ApnsTarget>(PushTarget.Parse(new string('a', 64), out _));
        Assert.IsType<FcmTarget>(PushTarget.Parse("cX_1-2:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx", out _));
    }

    [Theory]
    [InlineData("", "no token")]
    [InlineData("with space", "no token")]
    [InlineData("sm\u00f8rbr\u00f8d", "no token")]
    [InlineData("{", "JSON")]
    [InlineData("""{"endpoint":1}""", "endpoint")]
    [InlineData("""{"endpoint":"/relative","keys":{}}""", "keys.p256dh")]
    [InlineData("""{"endpoint":"https://push.example/1","keys":[]}""", "keys.p256dh")]
    [InlineData("""{"endpoint":"https://push.example/1","keys":{"p256dh":"BAAA","auth":"BTBZMqHH6r4Tts7J_aSIgg"}}""", "keys.p256dh")]
    public void WhatHasNoSuchFormIsNamed(string token, string named)
    {
        Assert.Null(PushTarget.Parse(token, out var fault));
        Assert.Contains(named, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void APointThatIsNotOnTheCurveIsRefused()
    {
        Assert.Null(PushTarget.Parse(Subscription.Replace("iw4\"", "iw5\"", StringComparison.Ordinal), out var fault));
        Assert.Contains("keys.p256dh", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void NoPrefixAndNoChangeOfASubscriptionThrows()
    {
        for (var length = 0; length < Subscription.Length; length++)
            Assert.Null(PushTarget.Parse(Subscription[..length], out _));
        var random = new Random(8291);
        for (var round = 0; round < 500; round++)
        {
            var text = Subscription.ToCharArray();
            for (var change = 0; change < 3; change++)
                text[random.Next(text.Length)] = (char)random.Next(0x20, 0x180);
            var target = PushTarget.Parse(new string(text), out var fault);
            Assert.Equal(target is null, fault.Length > 0);
        }
    }
}
