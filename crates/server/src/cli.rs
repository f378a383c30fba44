//! The command line: its words and options, before anything is done.
//!
//! The keys of the configuration are flags of every command, made from the one list of keys.

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{
    Arg, ArgAction, ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum, value_parser,
};
use domain::connector::Choice;
use domain::deal::Life;
use domain::fiscal::{AtolVersion, Provider, Scenario};
use domain::message::Email;
use domain::receipt::TaxSystem;
use domain::shop::Site;
use domain::{Currency, EventId, EventKind, GrantId, MethodKind, Rate, ShopId, WebhookId};

use crate::config::{Given, KEYS, Key, Origin, parse_duration};
use crate::version;

/// A payment platform that you run yourself.
#[derive(Debug, Parser)]
#[command(name = "altyn", version = version::of_build(), propagate_version = true)]
pub(crate) struct Cli {
    /// Prints JSON instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) given: ConfigArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the platform
    Serve(Serve),
    /// Adds and lists shops, their secret keys and webhooks
    #[command(subcommand)]
    Shop(Shop),
    /// Adds, lists and takes away applications of partners
    #[command(subcommand, name = "app")]
    Application(Application),
    /// Adds payout gateways and writes down what came for them
    #[command(subcommand)]
    Gateway(Gateway),
    /// Shows what happened in a shop and who was told, and tells it again
    #[command(subcommand)]
    Event(Event),
    /// Shows mail and SMS: what was sent, what waits, what nobody took
    #[command(subcommand)]
    Message(Message),
    /// Shows where the bank did something else than was written down
    #[command(subcommand)]
    Discrepancy(Discrepancy),
    /// Shows the journal of actions: who has done what by hand, and when
    #[command(subcommand)]
    Journal(Journal),
    /// Lists, rotates and drops the keys that secrets in the database are sealed with
    #[command(subcommand)]
    Sealing(Sealing),
    /// Lets time pass in a test shop
    #[command(subcommand)]
    Clock(Clock),
    /// Shows a shop's notifications live and forwards them to an address on this machine
    Listen(Listen),
    /// Proves that the books are right; the exit status is 1 if they are not
    Audit {
        /// A file that knows where the books ended: `heads.json` of another node, or `backup.json`
        /// of a backup; the one in the data directory is always used
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
    },
    /// Copies everything into a new directory, beside a running server
    Backup {
        /// The directory; it must not exist
        target: PathBuf,
    },
    /// Brings a backup back; the server must not run
    Restore {
        /// The directory that `backup` made
        #[arg(required_unless_present = "drop_replaced")]
        source: Option<PathBuf>,
        /// Replaces the data that are there, and keeps them beside
        #[arg(long)]
        force: bool,
        /// Only removes what restores have replaced
        #[arg(long, conflicts_with_all = ["source", "force"])]
        drop_replaced: bool,
    },
    /// Only brings the database's schema up to date
    Migrate,
    /// Prints the description of the API, OpenAPI 3.1 as JSON
    Openapi,
    /// Answers requests with their own bodies: the ceiling of the HTTP server
    #[command(hide = true)]
    BenchEcho,
    /// Creates payments without HTTP: the ceiling of the storage
    #[command(hide = true)]
    BenchStore(BenchStore),
}

mod application;
mod discrepancy;
mod journal;
mod message;
mod sealing;
pub(crate) mod way;
pub(crate) use application::{Application, CreateApplication};
pub(crate) use discrepancy::Discrepancy;
pub(crate) use journal::Journal;
pub(crate) use message::Message;
pub(crate) use sealing::Sealing;

/// `altyn serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Starts with a merchant to try everything with, and writes demo.json
    #[arg(long)]
    pub(crate) demo: bool,
    /// Reads all payments again and again beside its work: what that costs everybody else
    #[arg(long, hide = true, value_name = "WHAT")]
    pub(crate) bench_reads: Option<BenchReads>,
}

/// What is read all the time beside the work that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BenchReads {
    /// All payments, page after page, as an export does it.
    Export,
    /// Sums over all payments in one statement, as a figure does it.
    Figure,
}

/// `altyn shop`.
#[derive(Debug, Subcommand)]
pub(crate) enum Shop {
    /// Adds a shop with a secret key, which is shown only now
    Create(Box<CreateShop>),
    /// Lists all shops
    List,
    /// Switches a shop or a gateway off: it can begin nothing new; what was begun is finished
    Disable {
        /// The shop, or the payout gateway
        #[arg(long)]
        shop: ShopId,
    },
    /// Switches a shop or a gateway on again
    Enable {
        /// The shop, or the payout gateway
        #[arg(long)]
        shop: ShopId,
    },
    /// Adds, lists and revokes secret keys
    #[command(subcommand)]
    Key(ShopKey),
    /// Adds, renews, lists and removes webhooks
    #[command(subcommand)]
    Webhook(ShopWebhook),
    /// Sets how a shop's receipts are registered, or that they are not
    #[command(subcommand)]
    Receipts(ShopReceipts),
    /// Sets which sites may show a shop's widgets; without sites, any may
    Widget {
        /// The shop, or the payout gateway
        #[arg(long)]
        shop: ShopId,
        /// A site: `https://shop.example`, or everything below a name, `https://*.shop.example`
        #[arg(long, value_delimiter = ',', value_parser = site)]
        sites: Vec<Site>,
    },
    /// Sets and lists which bank is asked for what is new in a shop
    #[command(subcommand)]
    Connector(ShopConnector),
    /// Lists what a shop has granted to applications of partners
    Grants {
        /// The shop
        #[arg(long)]
        shop: ShopId,
    },
    /// Takes a grant back: its token is refused and its webhooks are gone
    Revoke {
        /// The shop
        #[arg(long)]
        shop: ShopId,
        /// The grant
        grant: GrantId,
    },
}

/// `altyn shop create`.
#[derive(Debug, Args)]
pub(crate) struct CreateShop {
    /// The name that buyers see
    #[arg(long)]
    pub(crate) name: String,
    /// Makes a test shop: play money and a clock of its own. The only kind while the sandbox is
    /// the only acquirer
    #[arg(long, default_value_t = true)]
    pub(crate) test: bool,
    /// The currency that it takes
    #[arg(long, default_value = "RUB", value_parser = currency)]
    pub(crate) currency: Currency,
    /// The methods that buyers are offered; without this option, all
    #[arg(long, value_delimiter = ',', value_parser = method)]
    pub(crate) methods: Vec<MethodKind>,
    /// Lets the shop send card numbers itself
    #[arg(long)]
    pub(crate) raw_cards: bool,
    /// Forbids the shop to save methods and charge them again
    #[arg(long)]
    pub(crate) no_saved_methods: bool,
    /// Lets the shop make safe deals that live so many days: 1 to 180, by default 90
    #[arg(long, value_name = "DAYS", num_args = 0..=1, default_missing_value = "90",
          value_parser = deal_life)]
    pub(crate) deals: Option<Life>,
    /// Lets the shop's pages exchange cards for payment tokens (Checkout.js)
    #[arg(long)]
    pub(crate) tokens: bool,
    /// Ends the widget after the first declined attempt
    #[arg(long)]
    pub(crate) no_widget_retries: bool,
    /// Makes the shop a partner of this platform, whose payments it then gets parts of
    #[arg(long, value_name = "SHOP")]
    pub(crate) platform: Option<ShopId>,
    /// The commission in per cent
    #[arg(long, default_value = "4.5", value_parser = percent)]
    pub(crate) commission: Rate,
    /// VAT on the commission in per cent
    #[arg(long, default_value = "0", value_parser = percent)]
    pub(crate) vat: Rate,
    /// The merchant's taxpayer number
    #[arg(long)]
    pub(crate) inn: Option<String>,
}

/// `altyn gateway`.
#[derive(Debug, Subcommand)]
pub(crate) enum Gateway {
    /// Adds a test gateway with a secret key, which is shown only now
    Create(Box<CreateGateway>),
    /// Adds, lists and revokes secret keys
    #[command(subcommand)]
    Key(ShopKey),
    /// Writes down that money came for a gateway
    TopUp {
        /// The gateway
        #[arg(long)]
        gateway: ShopId,
        /// How much: 1000.00
        amount: String,
    },
}

/// `altyn gateway create`.
#[derive(Debug, Args)]
pub(crate) struct CreateGateway {
    /// Its name
    #[arg(long)]
    pub(crate) name: String,
    /// Lets it send card numbers itself
    #[arg(long)]
    pub(crate) raw_cards: bool,
    /// The shop whose saved cards it may pay to
    #[arg(long, value_name = "SHOP")]
    pub(crate) cards_of: Option<ShopId>,
}

/// `altyn shop key` and `altyn gateway key`.
#[derive(Debug, Subcommand)]
pub(crate) enum ShopKey {
    /// Gives another secret key, which is shown only now
    #[command(visible_alias = "create")]
    Add {
        /// The shop, or the payout gateway
        #[arg(long, visible_alias = "gateway")]
        shop: ShopId,
    },
    /// Lists the secret keys: number, last four characters, when each was made and last used
    List {
        /// The shop, or the payout gateway
        #[arg(long, visible_alias = "gateway")]
        shop: ShopId,
    },
    /// Takes a secret key back
    Revoke {
        /// The shop, or the payout gateway
        #[arg(long, visible_alias = "gateway")]
        shop: ShopId,
        /// The key: its number or its last four characters, as `list` shows them
        key: String,
    },
}

/// `altyn shop connector`.
#[derive(Debug, Subcommand)]
pub(crate) enum ShopConnector {
    /// Sets the rules, of which the first that fits and can wins; without rules the platform's
    /// order counts
    Set {
        /// The shop, or the payout gateway
        #[arg(long)]
        shop: ShopId,
        /// `bank_card=BANK`, `*=BANK`, or with sums in minor units `bank_card:LEAST-MOST=BANK`
        rules: Vec<Choice>,
    },
    /// Lists the rules
    List {
        /// The shop, or the payout gateway
        #[arg(long)]
        shop: ShopId,
    },
}

/// `altyn shop receipts`.
#[derive(Debug, Subcommand)]
pub(crate) enum ShopReceipts {
    /// Registers the shop's receipts from now on: at the sandbox, or at ATOL Online if its account
    /// is given
    Set(Box<SetReceipts>),
    /// Registers no receipts any more
    Off {
        /// The shop
        #[arg(long)]
        shop: ShopId,
    },
}

/// `altyn shop receipts set`.
#[derive(Debug, Args)]
pub(crate) struct SetReceipts {
    /// The shop
    #[arg(long)]
    pub(crate) shop: ShopId,
    /// Whose registers, as the API names them; what a receipt must say depends on it
    #[arg(long, default_value = "atol", value_parser = provider)]
    pub(crate) provider: Provider,
    /// `together` with the payment, `receipt_first`, or `separate` by requests of their own
    #[arg(long, default_value = "together", value_parser = scenario)]
    pub(crate) scenario: Scenario,
    /// The account with ATOL Online: its login
    #[arg(long, requires_all = ["atol_password_file", "atol_group", "atol_inn", "atol_site",
          "atol_email"])]
    pub(crate) atol_login: Option<String>,
    /// A file with its password
    #[arg(long, requires = "atol_login")]
    pub(crate) atol_password_file: Option<PathBuf>,
    /// The code of the group of registers
    #[arg(long, requires = "atol_login")]
    pub(crate) atol_group: Option<String>,
    /// The seller's taxpayer number, as the registers have it
    #[arg(long, requires = "atol_login")]
    pub(crate) atol_inn: Option<String>,
    /// The shop's site, which stands on receipts
    #[arg(long, requires = "atol_login")]
    pub(crate) atol_site: Option<String>,
    /// The seller's e-mail
    #[arg(long, requires = "atol_login", value_parser = email)]
    pub(crate) atol_email: Option<String>,
    /// How the seller is taxed, 1 to 6, if a receipt does not say
    #[arg(long, requires = "atol_login", value_parser = tax_system)]
    pub(crate) atol_tax_system: Option<TaxSystem>,
    /// The address of the service
    #[arg(long, default_value = "https://online.atol.ru/possystem")]
    pub(crate) atol_url: String,
    /// The protocol: `v4` or `v5`
    #[arg(long, default_value = "v5", value_parser = atol_version)]
    pub(crate) atol_version: AtolVersion,
}

/// `altyn shop webhook`.
#[derive(Debug, Subcommand)]
pub(crate) enum ShopWebhook {
    /// Adds a webhook; its signing secret is shown only now
    Add {
        /// The shop
        #[arg(long)]
        shop: ShopId,
        /// Where notifications go
        #[arg(long)]
        url: String,
        /// The events; without this option, all
        #[arg(long = "event", alias = "events", value_delimiter = ',', value_parser = event)]
        events: Vec<EventKind>,
        /// Send an event only when earlier ones of its object were taken or given up; otherwise it
        /// waits for their first attempt
        #[arg(long)]
        strict_order: bool,
    },
    /// Gives a webhook another signing secret, which is shown only now; the old one is no longer
    /// used
    Renew {
        /// The shop
        #[arg(long)]
        shop: ShopId,
        /// The webhook
        id: WebhookId,
    },
    /// Lists a shop's webhooks
    List {
        /// The shop
        #[arg(long)]
        shop: ShopId,
    },
    /// Removes a webhook; notifications on their way to it are not delivered any more
    Remove {
        /// The shop
        #[arg(long)]
        shop: ShopId,
        /// The webhook
        id: WebhookId,
    },
}

/// `altyn event`.
#[derive(Debug, Subcommand)]
pub(crate) enum Event {
    /// Lists the newest events of a shop, oldest first
    List {
        /// The shop
        #[arg(long)]
        shop: ShopId,
        /// From when: a time such as 2026-01-31T12:00:00Z, or how long ago such as 2h
        #[arg(long)]
        since: Option<String>,
        /// Up to when
        #[arg(long)]
        until: Option<String>,
        /// All about one payment, refund or other object, and nothing else
        #[arg(long, value_name = "ID", conflicts_with_all = ["since", "until", "limit"])]
        object: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100, value_parser = value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// Shows one event with every attempt to deliver it
    Show {
        /// The event
        #[arg(value_parser = event_id)]
        id: EventId,
        /// Its shop; searched for if not named
        #[arg(long)]
        shop: Option<ShopId>,
    },
    /// Sends one event again to all webhooks that listen to it now
    Resend {
        /// The event
        #[arg(value_parser = event_id)]
        id: EventId,
        /// Its shop; searched for if not named
        #[arg(long)]
        shop: Option<ShopId>,
    },
    /// Sends all events since a time again
    Replay {
        /// The shop
        #[arg(long)]
        shop: ShopId,
        /// From when: a time such as 2026-01-31T12:00:00Z, or how long ago such as 2h
        #[arg(long)]
        since: String,
    },
}

/// `altyn clock`.
#[derive(Debug, Subcommand)]
pub(crate) enum Clock {
    /// Moves a test shop's clock ahead; whatever falls due happens within a second
    Advance {
        /// The shop
        #[arg(long)]
        shop: ShopId,
        /// How far: 90s, 15m, 2h, 7d
        #[arg(value_parser = parse_duration)]
        by: std::time::Duration,
    },
}

/// `altyn listen`.
#[derive(Debug, Args)]
pub(crate) struct Listen {
    /// The shop
    #[arg(long)]
    pub(crate) shop: ShopId,
    /// The address that notifications are forwarded to; without it they are only shown
    #[arg(long)]
    pub(crate) forward_to: Option<String>,
    /// The events; without this option, all
    #[arg(long = "event", alias = "events", value_delimiter = ',', value_parser = event)]
    pub(crate) events: Vec<EventKind>,
}

/// `altyn bench-store`.
#[derive(Debug, Args)]
pub(crate) struct BenchStore {
    /// Callers at once
    #[arg(long, default_value_t = 64)]
    pub(crate) tasks: usize,
    /// Shops that they are spread over
    #[arg(long, default_value_t = 64)]
    pub(crate) shops: usize,
    /// For how long
    #[arg(long, default_value = "5s", value_parser = parse_duration)]
    pub(crate) time: std::time::Duration,
}

fn event_id(text: &str) -> Result<EventId, String> {
    text.parse().map_err(|_no_event| {
        format!(
            "not the id of an event; those about a payment or another object: \
             `altyn event list --shop SHOP --object {text}`"
        )
    })
}

fn currency(text: &str) -> Result<Currency, String> {
    Currency::from_code(text).ok_or_else(|| format!("{text:?} is not a currency of ISO 4217"))
}

fn provider(text: &str) -> Result<Provider, String> {
    Provider::from_code(text).ok_or_else(|| "no provider of receipts".to_owned())
}

fn scenario(text: &str) -> Result<Scenario, String> {
    Scenario::from_code(text).ok_or_else(|| "together, receipt_first or separate".to_owned())
}

fn atol_version(text: &str) -> Result<AtolVersion, String> {
    AtolVersion::from_code(text).ok_or_else(|| "v4 or v5".to_owned())
}

fn email(text: &str) -> Result<String, String> {
    let address = Email::parse(text).map(|email| email.expose().to_owned());
    address.ok_or_else(|| "an address of mail".to_owned())
}

fn tax_system(text: &str) -> Result<TaxSystem, String> {
    let number = text.parse().ok();
    let system = number.and_then(TaxSystem::from_code);
    system.ok_or_else(|| "a number from 1 to 6".to_owned())
}

fn method(text: &str) -> Result<MethodKind, String> {
    MethodKind::from_code(text).ok_or_else(|| {
        let known: Vec<&str> = MethodKind::ALL.iter().map(|kind| kind.code()).collect();
        format!(
            "there is no method {text:?}; there are {}",
            known.join(", ")
        )
    })
}

fn event(text: &str) -> Result<EventKind, String> {
    EventKind::from_code(text).ok_or_else(|| {
        let known: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.code()).collect();
        format!("there is no event {text:?}; there are {}", known.join(", "))
    })
}

/// How many days deals live.
fn deal_life(text: &str) -> Result<Life, String> {
    let life = text.parse().ok().and_then(Life::from_days);
    life.ok_or_else(|| format!("{text:?} is not a number of days from 1 to 180"))
}

fn site(text: &str) -> Result<Site, String> {
    let site = Site::parse(text);
    site.ok_or_else(|| format!("{text:?} is no site such as https://shop.example"))
}

/// Reads per cent with up to four decimals.
fn percent(text: &str) -> Result<Rate, String> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let sound = digits(whole) && digits(decimals) && decimals.len() <= 4 && whole.len() <= 3;
    let parts = format!("{whole}{decimals:0<4}").parse().ok();
    let rate = parts.filter(|_| sound).and_then(Rate::from_ppm);
    rate.ok_or_else(|| format!("{text:?} is not a percentage such as 4.5"))
}

/// The keys of the configuration as flags.
#[derive(Debug)]
pub(crate) struct ConfigArgs(pub(crate) Given);

/// The heading that keys have in the help.
const HEADING: &str = "Configuration";

impl Args for ConfigArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        let file = Arg::new("config")
            .long("config")
            .env("ALTYN_CONFIG")
            .value_name("FILE")
            .help("The configuration file [default: ./altyn.toml if it is there]")
            .value_parser(value_parser!(PathBuf));
        let keys = KEYS.iter().map(argument);
        let arguments = std::iter::once(file).chain(keys);
        command.args(arguments.map(|argument| argument.global(true).help_heading(HEADING)))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

fn argument(key: &'static Key) -> Arg {
    let argument = Arg::new(key.name)
        .long(key.flag())
        .env(key.variable())
        .hide_env_values(true)
        .hide_short_help(true)
        .help(format!("{} [default: {}]", key.what, key.default))
        .value_name("VALUE")
        .action(ArgAction::Set);
    if key.is_switch() {
        argument
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
    } else {
        argument
    }
}

impl FromArgMatches for ConfigArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Given {
            file: matches.get_one::<PathBuf>("config").cloned(),
            values: Vec::new(),
        };
        for (index, key) in KEYS.iter().enumerate() {
            let Some(value) = matches.get_one::<String>(key.name) else {
                continue;
            };
            let origin = match matches.value_source(key.name) {
                Some(ValueSource::EnvVariable) => Origin::Variable(key.variable()),
                Some(_) | None => Origin::Flag(key.flag()),
            };
            given.values.push((index, value.clone(), origin));
        }
        Ok(Self(given))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use domain::Rate;

    use super::{Cli, email, percent};
    use crate::config::Origin;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn keys_are_flags_of_every_command() {
        let words = [
            "altyn",
            "audit",
            "--data-dir",
            "/x",
            "--allow-loopback",
            "--json",
        ];
        let cli = Cli::try_parse_from(words).unwrap();
        assert!(cli.json);
        let said: Vec<(&str, &Origin)> = cli
            .given
            .0
            .values
            .iter()
            .filter(|(.., origin)| matches!(origin, Origin::Flag(_)))
            .map(|(_, value, origin)| (value.as_str(), origin))
            .collect();
        let flag = |name: &str| Origin::Flag(name.to_owned());
        let expected = [("/x", &flag("data-dir")), ("true", &flag("allow-loopback"))];
        assert_eq!(said, expected);
    }

    #[test]
    fn events_are_named_alike_wherever_they_are_named() {
        let listen = ["altyn", "listen", "--shop", "100001"];
        let add = [
            "altyn",
            "shop",
            "webhook",
            "add",
            "--shop",
            "100001",
            "--url",
            "https://x.test",
        ];
        let events = "payment.succeeded,refund.succeeded";
        for command in [&listen[..], &add] {
            for flag in ["--event", "--events"] {
                let words = command.iter().copied().chain([flag, events]);
                assert!(Cli::try_parse_from(words).is_ok(), "{command:?} {flag}");
            }
        }
        let mut shown = Cli::command();
        let shown = shown.find_subcommand_mut("listen").unwrap().render_help();
        let shown = shown.to_string();
        assert!(
            shown.contains("--event ") && !shown.contains("--events"),
            "{shown}"
        );
    }

    #[test]
    fn an_address_of_mail_is_one() {
        assert_eq!(email("shop@shop.test").as_deref(), Ok("shop@shop.test"));
        assert!(email("shop@@shop.test").is_err() && email("shop").is_err());
    }

    #[test]
    fn percentages_are_parts_per_million() {
        let cases = [
            ("4.5", 45_000),
            ("0", 0),
            ("20", 200_000),
            ("100", 1_000_000),
            ("0.0001", 1),
        ];
        for (text, parts) in cases {
            assert_eq!(percent(text).map(Rate::ppm), Ok(parts), "{text}");
        }
        for text in ["", "-1", "4,5", "100.1", "4.", ".5", "0.00001", "1e2"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }
}
