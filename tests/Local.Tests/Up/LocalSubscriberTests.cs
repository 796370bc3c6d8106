using Byon.Local.Up;

namespace Byon.Tests.Local.Tests.Up;

public sealed class LocalSubscriberTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_full_entry_is_read()
    {
        var (subscribers, problem) = Read("""
            [{"number":"+34600111222","identity":"sip:+34600111222@ims.test","user":"ana@ims.test","password":"x","name":"Ana"}]
            """);

        Assert.Null(problem);
        var ana = Assert.Single(subscribers!);
        Assert.Equal("ims.test", ana.HomeDomain);
        Assert.Equal("Ana", ana.DisplayName);
    }

    [Theory]
    [InlineData("""[{"number":"600111222","identity":"sip:a@b.c","user":"a","password":"x"}]""", "entry 1: number")]
    [InlineData("""[{"number":"+34600111222","identity":"tel:+34600111222","user":"a","password":"x"}]""", "entry 1: identity")]
    [InlineData("""[{"number":"+34600111222","identity":"sip:a@b.c","user":"a","password":""}]""", "entry 1: user and password")]
    [InlineData("""[{"number":"+34600111222","identity":"sip:a@b.c","user":"a"}]""", "password")]
    [InlineData("[]", "no subscriber")]
    [InlineData("{}", "not a list")]
    public void What_is_wrong_with_a_file_is_said(string content, string expected)
    {
        var (subscribers, problem) = Read(content);

        Assert.Null(subscribers);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_domains_are_refused()
    {
        var (_, problem) = Read("""
            [{"number":"+34600111222","identity":"sip:a@one.test","user":"a","password":"x"},
             {"number":"+34600111333","identity":"sip:b@two.test","user":"b","password":"x"}]
            """);

        Assert.Contains("same domain", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Assert.Contains("nowhere.json", LocalSubscriber.Read("nowhere.json").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Demo_passwords_differ_at_every_start()
    {
        Assert.NotEqual(LocalSubscriber.Demo()[0].Password, LocalSubscriber.Demo()[0].Password);
    }

    private (IReadOnlyList<LocalSubscriber>? Subscribers, string? Problem) Read(string content)
    {
        File.WriteAllText(_file, content);
        return LocalSubscriber.Read(_file);
    }
}
